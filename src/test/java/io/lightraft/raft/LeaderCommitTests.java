package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Raft §5.3 and §5.4.2: when an entry counts as committed. */
class LeaderCommitTests {

    @Test
    void anEntryIsCommittedOnceAMajorityHasIt() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);

        cluster.run(1, "a");

        assertThat(cluster.raft(1).commitIndex()).isEqualTo(2);
        assertThat(cluster.applied()).containsExactly(List.of("a"), List.of("a"), List.of());
    }

    @Test
    void withoutAMajorityNothingIsCommitted() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(2L, 3L);

        cluster.run(1, "a");

        assertThat(cluster.raft(1).commitIndex()).isEqualTo(1);
        assertThat(cluster.node(1).applied()).isEmpty();
    }

    /** Figure 8, (a) to (c): the entry of term 2 is on a majority, and yet may be overwritten. */
    @Test
    void onlyCountsReplicasForEntriesOfItsOwnTerm() {
        TestNode leader = TestCluster.of(5, config -> config.preVote(false)).node(1);
        leader.storage.append(List.of(Entry.empty(1, 1), Entry.empty(2, 2)));
        leader.storage.save(new HardState(3, 0, 1));
        leader.crashAndRestart();
        leader.raft().campaign();
        leader.work();
        leader.raft().step(new Message.RequestVoteResponse(2, 1, 4, false));
        leader.raft().step(new Message.RequestVoteResponse(3, 1, 4, false));
        leader.work();
        assertThat(leader.raft().role()).isEqualTo(Role.LEADER);

        leader.raft().step(new Message.AppendEntriesResponse(2, 1, 4, 2, false, 0, 0));
        leader.raft().step(new Message.AppendEntriesResponse(3, 1, 4, 2, false, 0, 0));
        leader.work();
        assertThat(leader.raft().commitIndex()).as("index 2 is of term 2").isEqualTo(1);

        // (e): with an entry of its own term on a majority, all before it is committed too.
        leader.raft().step(new Message.AppendEntriesResponse(2, 1, 4, 3, false, 0, 0));
        leader.raft().step(new Message.AppendEntriesResponse(3, 1, 4, 3, false, 0, 0));
        leader.work();
        assertThat(leader.raft().commitIndex()).isEqualTo(3);
    }

    @Test
    void aLeaderCountsItselfOnlyForWhatItHasOnDisk() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.node(1).stallStorage(true);

        cluster.run(1, "a");
        assertThat(cluster.raft(1).commitIndex()).as("only node 2 has it").isEqualTo(1);

        cluster.node(1).stallStorage(false);
        cluster.settle();
        assertThat(cluster.raft(1).commitIndex()).isEqualTo(2);
    }

    @Test
    void aLeaderCommitsWithoutItsOwnDiskButAppliesOnlyWhatItHas() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.node(1).stallStorage(true);

        cluster.run(1, "a");
        assertThat(cluster.raft(1).commitIndex()).isEqualTo(2);
        assertThat(cluster.applied()).containsExactly(List.of(), List.of("a"), List.of("a"));

        cluster.node(1).stallStorage(false);
        cluster.settle();
        assertThat(cluster.node(1).applied()).containsExactly("a");
    }

    @Test
    void aSingleVoterCommitsOnlyWhatIsOnDisk() {
        TestCluster cluster = TestCluster.of(1);
        cluster.elect(1);
        cluster.node(1).stallStorage(true);

        cluster.run(1, "a");
        assertThat(cluster.raft(1).commitIndex()).isEqualTo(1);

        cluster.node(1).stallStorage(false);
        cluster.settle();
        assertThat(cluster.node(1).applied()).containsExactly("a");
    }

    @Test
    void onStartCommitIsAtLeastWhatWasApplied() {
        TestCluster cluster = TestCluster.of(1);
        cluster.elect(1);
        cluster.run(1, "a");
        TestNode node = cluster.node(1);
        node.storage.save(new HardState(1, 1, 0));

        node.crashAndRestart();

        assertThat(node.raft().commitIndex()).isEqualTo(2);
        assertThat(node.raft().appliedIndex()).isEqualTo(2);
    }

    @Test
    void proposalsPastTheLimitOfUncommittedBytesAreDroppedUntilOthersAreApplied() {
        TestCluster cluster = TestCluster.of(3, config -> config.maxUncommittedBytes(10));
        cluster.elect(1);
        cluster.isolate(2L, 3L);
        assertThat(cluster.propose(1, "a-very-long-first-one").isAppended()).isTrue();
        assertThat(cluster.propose(1, "b").outcome()).isEqualTo(ProposeResult.Outcome.DROPPED_LIMIT);

        cluster.heal();
        cluster.tickAll(2);

        assertThat(cluster.propose(1, "b")).isEqualTo(new ProposeResult(ProposeResult.Outcome.APPENDED, 1, 3, 3));
    }

    @Test
    void committedEntriesAreHandedOutInBoundedPieces() {
        TestCluster cluster = TestCluster.of(1, config -> config.maxCommittedSizePerReadyBytes(20));
        cluster.elect(1);
        TestNode node = cluster.node(1);
        node.stallApply(true);
        cluster.run(1, "12345678", "12345678", "12345678");

        List<Integer> pieces = new ArrayList<>();
        node.stallApply(false);
        while (node.applied().size() < 3) {
            int before = node.applied().size();
            node.apply(new ArrayList<>());
            pieces.add(node.applied().size() - before);
            node.handleReady(new ArrayList<>());
        }

        assertThat(pieces).containsExactly(1, 1, 1);
    }
}
