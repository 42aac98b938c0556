package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.raft.Message.AppendEntries;
import io.lightraft.raft.Message.AppendEntriesResponse;
import io.lightraft.raft.tracker.ProgressState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Raft §5.3: the follower's side of AppendEntries, and how a leader repairs logs that differ. */
class LogReplicationTests {

    private static TestNode follower(long... terms) {
        TestNode node = TestCluster.of(3, config -> config.preVote(false)).node(2);
        for (int i = 0; i < terms.length; i++) {
            node.storage.append(List.of(Entry.empty(terms[i], i + 1)));
        }
        node.storage.save(new HardState(terms[terms.length - 1], 0, 0));
        node.crashAndRestart();
        return node;
    }

    private static AppendEntries append(long prevTerm, long prevIndex, long commit, Entry... entries) {
        return new AppendEntries(1, 2, 9, prevTerm, prevIndex, List.of(entries), commit);
    }

    @Test
    void aFollowerAcknowledgesOnlyWhatWasChecked() {
        TestNode follower = follower(1, 1, 2, 2, 2);

        follower.raft().step(append(1, 2, 0));

        assertThat(follower.work()).containsExactly(new AppendEntriesResponse(2, 1, 9, 2, false, 0, 0));
        assertThat(follower.storedTerms()).containsExactly(1L, 1L, 2L, 2L, 2L);
    }

    @Test
    void anOldOrRepeatedAppendCutsNothingOff() {
        TestNode follower = follower(1, 1, 2, 2, 2);

        follower.raft().step(append(1, 1, 0, Entry.empty(1, 2), Entry.empty(2, 3)));

        assertThat(follower.work()).containsExactly(new AppendEntriesResponse(2, 1, 9, 3, false, 0, 0));
        assertThat(follower.storedTerms()).containsExactly(1L, 1L, 2L, 2L, 2L);
    }

    @Test
    void conflictingEntriesAndAllBehindThemAreReplaced() {
        TestNode follower = follower(1, 1, 2, 2, 2);

        follower.raft().step(append(1, 2, 0, Entry.empty(3, 3)));
        follower.work();

        assertThat(follower.storedTerms()).containsExactly(1L, 1L, 3L);
        assertThat(follower.raft().lastIndex()).isEqualTo(3);
    }

    @Test
    void aFollowerCommitsNoFurtherThanWasChecked() {
        TestNode follower = follower(1, 1, 2, 2, 2);

        follower.raft().step(append(1, 2, 5));

        assertThat(follower.raft().commitIndex()).isEqualTo(2);
    }

    @Test
    void aRefusalHintsAtTheLastPlaceThatMayMatch() {
        TestNode follower = follower(1, 3, 3, 4, 4, 5, 5, 5, 6);

        follower.raft().step(append(3, 8, 0));

        assertThat(follower.work()).containsExactly(new AppendEntriesResponse(2, 1, 9, 8, true, 3, 3));
    }

    @Test
    void committedEntriesAreNeverReplaced() {
        TestNode follower = follower(1, 1, 2);
        follower.raft().step(append(1, 1, 2, Entry.empty(1, 2)));

        follower.raft().step(append(0, 0, 0, Entry.empty(7, 1)));
        assertThat(follower.work()).last().isEqualTo(new AppendEntriesResponse(2, 1, 9, 2, false, 0, 0));

        assertThatThrownBy(() -> follower.raft().step(append(1, 2, 9, Entry.empty(2, 3), Entry.empty(2, 9))))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void anAcknowledgementLeavesOnlyOnceTheEntriesAreOnDisk() {
        TestNode follower = follower(1);
        follower.stallStorage(true);
        follower.raft().step(append(1, 1, 0, Entry.empty(9, 2)));
        assertThat(follower.work()).isEmpty();

        follower.stallStorage(false);
        assertThat(follower.work()).containsExactly(new AppendEntriesResponse(2, 1, 9, 2, false, 0, 0));
        assertThat(follower.storedTerms()).containsExactly(1L, 9L);
    }

    @Test
    void aFollowerThatWasAwayIsCaughtUp() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.run(1, "a");
        cluster.run(1, "b");
        cluster.heal();

        cluster.tick(1, 1);

        assertThat(cluster.node(3).applied()).containsExactly("a", "b");
    }

    @Test
    void aFollowerThatRestartedWithLessThanWasSentIsCaughtUp() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.node(3).stallStorage(true);
        cluster.run(1, "a");
        cluster.node(3).crashAndRestart();

        cluster.run(1, "b");
        cluster.tick(1, 1);

        assertThat(cluster.node(3).applied()).containsExactly("a", "b");
    }

    @Test
    void theUncommittedEndOfADeposedLeaderIsReplaced() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(1L);
        cluster.run(1, "lost-1", "lost-2");
        cluster.tick(2, 20);
        cluster.tick(3, 20);
        long leader = cluster.raft(2).leaderId();
        assertThat(leader).isIn(2L, 3L);
        cluster.run(leader, "kept");

        cluster.heal();
        cluster.tick(leader, 1);

        assertThat(cluster.applied()).containsOnly(List.of("kept"));
        assertThat(cluster.node(1).storedTerms()).isEqualTo(cluster.node(leader).storedTerms());
    }

    @Test
    void aFollowerBehindTheLogIsSentASnapshotAndGoesOnFromThere() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.run(1, "a");
        cluster.run(1, "b");
        cluster.node(1).compact();
        cluster.heal();

        cluster.tick(1, 1);
        cluster.run(1, "c");

        assertThat(cluster.node(3).applied()).containsExactly("a", "b", "c");
        assertThat(cluster.raft(3).firstIndex()).isEqualTo(4);
        assertThat(cluster.raft(1).status().peers().get(3L).state()).isEqualTo(ProgressState.REPLICATE);
    }

    @Test
    void aSnapshotThatFailedIsTriedAgain() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.run(1, "a");
        cluster.node(1).compact();
        cluster.heal();
        cluster.lose(message -> message instanceof Message.InstallSnapshot);
        cluster.tick(1, 1);
        assertThat(cluster.raft(1).status().peers().get(3L).state()).isEqualTo(ProgressState.SNAPSHOT);
        cluster.heal();

        cluster.raft(1).reportSnapshot(3, false);
        cluster.tick(1, 1);

        assertThat(cluster.node(3).applied()).containsExactly("a");
    }

    @Test
    void theWindowToAPeerIsBoundedAndOpensAgain() {
        TestCluster cluster = TestCluster.of(3, config -> config.maxInflightMessages(2));
        cluster.elect(1);
        cluster.isolate(3L);
        for (int i = 0; i < 5; i++) {
            cluster.run(1, "c" + i);
        }
        assertThat(cluster.raft(1).status().peers().get(3L).inflightMessages()).isEqualTo(2);
        assertThat(cluster.raft(1).status().peers().get(3L).nextIndex()).isEqualTo(4);

        cluster.heal();
        cluster.tick(1, 2);

        assertThat(cluster.node(3).applied()).containsExactly("c0", "c1", "c2", "c3", "c4");
    }

    @Test
    void entriesThatAreNotInMemoryAreSentLaterAndNeverTakenForCompacted() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.run(1, "a");
        cluster.run(1, "b");
        cluster.node(1).storage.entriesUnavailable(true);
        cluster.heal();
        cluster.tick(1, 3);
        assertThat(cluster.node(3).applied()).isEmpty();
        assertThat(cluster.raft(1).status().peers().get(3L).state()).isNotEqualTo(ProgressState.SNAPSHOT);

        cluster.node(1).storage.entriesUnavailable(false);
        cluster.raft(1).retryUnavailable();
        cluster.settle();

        assertThat(cluster.node(3).applied()).containsExactly("a", "b");
    }

    @Test
    void entriesThatAreNotInMemoryAreAppliedLater() {
        TestCluster cluster = TestCluster.of(1);
        cluster.elect(1);
        cluster.node(1).storage.entriesUnavailable(true);

        cluster.run(1, "a");
        assertThat(cluster.raft(1).commitIndex()).isEqualTo(2);
        assertThat(cluster.raft(1).hasReady()).as("no busy loop").isFalse();
        assertThat(cluster.node(1).applied()).isEmpty();

        cluster.node(1).storage.entriesUnavailable(false);
        cluster.raft(1).retryUnavailable();
        cluster.settle();
        assertThat(cluster.node(1).applied()).containsExactly("a");
    }

    /** The ABA problem of asynchronous writes (etcd's append_aba_race). */
    @Test
    void anAcknowledgementOfEntriesThatWereReplacedAndCameBackIsNotBelieved() {
        TestNode node = follower(1);
        node.stallStorage(true);
        node.raft().step(new AppendEntries(1, 2, 2, 1, 1, List.of(Entry.empty(2, 2)), 0));
        node.work();
        node.raft().step(new AppendEntries(3, 2, 3, 1, 1, List.of(Entry.empty(3, 2)), 0));
        node.work();
        node.raft().step(new AppendEntries(1, 2, 4, 1, 1, List.of(Entry.empty(2, 2)), 2));
        node.work();
        node.stallStorage(false);

        node.store(new ArrayList<>());
        assertThat(node.raft().commitIndex()).isEqualTo(2);
        assertThat(node.storedTerms()).containsExactly(1L, 2L);
        assertThat(node.raft().hasReady())
                .as("term 3's entry is still to be written")
                .isFalse();
        node.store(new ArrayList<>());
        assertThat(node.storedTerms()).containsExactly(1L, 3L);
        assertThat(node.raft().hasReady()).isFalse();

        node.work();
        assertThat(node.storedTerms()).containsExactly(1L, 2L);
        assertThat(node.raft().appliedIndex()).isEqualTo(2);
    }

    @Test
    void answersFromStrangersAreLeftAside() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        assertThat(cluster.raft(1).step(new AppendEntriesResponse(9, 1, 1, 1, false, 0, 0)))
                .isEqualTo(StepOutcome.UNKNOWN_PEER);
        assertThat(cluster.raft(1).step(new Message.StorageAppendResponse(2, 1, 1, 1, 1, Snapshot.EMPTY)))
                .isEqualTo(StepOutcome.REFUSED);
    }
}
