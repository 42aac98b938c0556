package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.raft.Message.Heartbeat;
import io.lightraft.raft.Message.HeartbeatResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Linearizable reads without the log (thesis §6.4). */
class ReadIndexTests {

    @Test
    void aReadIsConfirmedByAMajorityAtTheCommitIndex() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.run(1, "a");
        cluster.isolate(3L);

        cluster.raft(1).readIndex("r");
        cluster.settle();

        assertThat(cluster.node(1).reads).containsExactly(new ReadState(2, "r"));
    }

    @Test
    void aReadIsNotConfirmedWithoutAMajority() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(2L, 3L);

        cluster.raft(1).readIndex("r");
        cluster.settle();

        assertThat(cluster.node(1).reads).isEmpty();
    }

    @Test
    void aFollowerAsksTheLeader() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.run(1, "a");

        cluster.raft(3).readIndex("r");
        cluster.settle();

        assertThat(cluster.node(3).reads).containsExactly(new ReadState(2, "r"));
    }

    /** A new leader may not know yet how far its predecessor had committed (etcd #7331). */
    @Test
    void readsWaitUntilAnEntryOfTheOwnTermIsCommitted() {
        TestCluster cluster = TestCluster.of(3);
        cluster.lose(message -> message instanceof Message.AppendEntriesResponse);
        cluster.elect(1);
        cluster.raft(1).readIndex("r");
        cluster.settle();
        assertThat(cluster.node(1).reads).isEmpty();

        cluster.heal();
        cluster.tick(1, 1);

        assertThat(cluster.node(1).reads).containsExactly(new ReadState(1, "r"));
    }

    /** A single voter, too, learns only from an entry of its own term what it had committed before it was restarted. */
    @Test
    void aSingleVoterDoesNotReadAtACommitIndexFromBeforeItsRestart() {
        TestNode node = TestCluster.of(1, config -> config.preVote(false)).node(1);
        node.storage.append(List.of(Entry.empty(1, 1), Entry.empty(1, 2)));
        node.storage.save(new HardState(1, 1, 1));
        node.crashAndRestart();
        node.raft().campaign();
        node.handleReady(new ArrayList<>());
        node.store(new ArrayList<>());
        assertThat(node.raft().role()).isEqualTo(Role.LEADER);

        node.raft().readIndex("r");
        node.handleReady(new ArrayList<>());
        assertThat(node.reads).as("entry 2 was committed, but nobody knows it").isEmpty();

        node.work();
        assertThat(node.reads).containsExactly(new ReadState(3, "r"));
    }

    /** A late answer to an earlier heartbeat says nothing about a read that came after it (etcd #20418). */
    @Test
    void aLateAnswerConfirmsOnlyTheReadsThatCameBeforeItsHeartbeat() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        TestNode leader = cluster.node(1);
        leader.raft().readIndex("same-name");
        String first = heartbeatContext(leader.work());
        leader.raft().readIndex("same-name");
        String second = heartbeatContext(leader.work());
        assertThat(second).isNotEqualTo(first);

        leader.raft().step(new HeartbeatResponse(2, 1, 1, first));
        leader.work();
        assertThat(leader.reads).hasSize(1);
        leader.raft().step(new HeartbeatResponse(3, 1, 1, first));
        leader.work();
        assertThat(leader.reads).hasSize(1);

        leader.raft().step(new HeartbeatResponse(3, 1, 1, second));
        leader.work();
        assertThat(leader.reads).hasSize(2);
    }

    private static String heartbeatContext(List<Message> messages) {
        return messages.stream()
                .filter(message -> message instanceof Heartbeat)
                .map(message -> ((Heartbeat) message).context())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPeriodicHeartbeatConfirmsReadsWhoseOwnHeartbeatsGotLost() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(2L, 3L);
        cluster.raft(1).readIndex("r1");
        cluster.raft(1).readIndex("r2");
        cluster.settle();
        cluster.heal();

        cluster.tick(1, 1);

        assertThat(cluster.node(1).reads).containsExactly(new ReadState(1, "r1"), new ReadState(1, "r2"));
    }

    @Test
    void aDeposedLeaderDoesNotAnswer() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(1L);
        cluster.tick(2, 20);
        cluster.tick(3, 20);
        cluster.raft(1).readIndex("r");
        cluster.settle();

        cluster.heal();
        cluster.tickAll(20);

        assertThat(cluster.node(1).reads).isEmpty();
    }

    @Test
    void nonsenseInAnAnswerConfirmsNothing() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        TestNode leader = cluster.node(1);
        leader.raft().readIndex("r");
        leader.work();

        leader.raft().step(new HeartbeatResponse(2, 1, 1, "no number"));
        leader.work();

        assertThat(leader.reads).isEmpty();
    }

    @Test
    void withLeasesTheLeaderAnswersAtOnce() {
        TestCluster cluster = TestCluster.of(3, config -> config.readOnlyMode(ReadOnlyMode.LEASE_BASED));
        cluster.elect(1);
        cluster.isolate(2L, 3L);

        cluster.raft(1).readIndex("r");
        cluster.settle();

        assertThat(cluster.node(1).reads).containsExactly(new ReadState(1, "r"));
    }
}
