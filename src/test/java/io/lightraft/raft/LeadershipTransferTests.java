package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.raft.ProposeResult.Outcome;
import org.junit.jupiter.api.Test;

/** Handing the leadership over (thesis §3.10). */
class LeadershipTransferTests {

    @Test
    void anUpToDateTargetLeadsAtOnceDespitePreVoteAndStickiness() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);

        cluster.raft(1).transferLeadership(3);
        cluster.settle();

        assertThat(cluster.raft(3).role()).isEqualTo(Role.LEADER);
        assertThat(cluster.raft(1).role()).isEqualTo(Role.FOLLOWER);
        assertThat(cluster.raft(1).leadTransferPending()).isFalse();
    }

    @Test
    void aTargetThatLagsIsCaughtUpFirst() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.run(1, "a");
        cluster.heal();

        cluster.raft(1).transferLeadership(3);
        cluster.settle();
        cluster.tick(1, 1);

        assertThat(cluster.raft(3).role()).isEqualTo(Role.LEADER);
        assertThat(cluster.node(3).applied()).containsExactly("a");
    }

    @Test
    void aFollowerPassesTheWishOn() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);

        cluster.raft(2).transferLeadership(3);
        cluster.settle();

        assertThat(cluster.raft(3).role()).isEqualTo(Role.LEADER);
    }

    @Test
    void proposalsAreDroppedMeanwhileAndTakenAgainAfterOneElectionTimeout() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.raft(1).transferLeadership(3);
        cluster.settle();
        assertThat(cluster.raft(1).leadTransferPending()).isTrue();
        assertThat(cluster.propose(1, "a").outcome()).isEqualTo(Outcome.DROPPED_TRANSFER);

        cluster.tick(1, 9);
        assertThat(cluster.propose(1, "a").outcome()).isEqualTo(Outcome.DROPPED_TRANSFER);
        cluster.tick(1, 1);

        assertThat(cluster.raft(1).leadTransferPending()).isFalse();
        assertThat(cluster.propose(1, "a").outcome()).isEqualTo(Outcome.APPENDED);
    }

    @Test
    void aWishForAnotherTargetReplacesTheFirst() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.raft(1).transferLeadership(3);
        cluster.settle();

        cluster.raft(1).transferLeadership(2);
        cluster.settle();

        assertThat(cluster.raft(2).role()).isEqualTo(Role.LEADER);
    }

    @Test
    void toItselfItEndsATransferThatIsGoingOn() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.raft(1).transferLeadership(3);

        cluster.raft(1).transferLeadership(1);

        assertThat(cluster.raft(1).leadTransferPending()).isFalse();
        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);
    }

    @Test
    void learnersAndStrangersAreNoTargets() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.raft(1).transferLeadership(9);
        assertThat(cluster.raft(1).leadTransferPending()).isFalse();
    }

    @Test
    void theFlagEndsWithTheTerm() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.raft(1).transferLeadership(3);
        cluster.raft(1).step(new Message.Heartbeat(2, 1, 5, 0, ""));
        assertThat(cluster.raft(1).leadTransferPending()).isFalse();
    }
}
