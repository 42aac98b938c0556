package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Pre-vote, check-quorum and leader stickiness (thesis §9.6, §6.2, §4.2.3). */
class PreVoteTests {

    @Test
    void aNodeThatWasCutOffDoesNotRaiseTheTermOrDeposeTheLeader() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.tick(3, 100);
        assertThat(cluster.raft(3).term()).isEqualTo(1);

        cluster.heal();
        cluster.tickAll(30);

        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);
        assertThat(cluster.raft(1).term()).isEqualTo(1);
        assertThat(cluster.raft(3).leaderId()).isEqualTo(1);
    }

    @Test
    void aPreVoteIsRefusedByWhoHearsALeader() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);

        cluster.raft(2).campaign();
        cluster.settle();

        assertThat(cluster.raft(2).role()).isEqualTo(Role.PRE_CANDIDATE);
        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);
    }

    @Test
    void aCampaignWithoutPreVoteIsIgnoredWhileTheLeaderIsAlive() {
        TestCluster cluster = TestCluster.of(3, config -> config.preVote(false));
        cluster.elect(1);

        cluster.raft(2).campaign();
        cluster.settle();
        assertThat(cluster.raft(3).term()).isEqualTo(1);

        // The stuck candidate shows its term to the leader's next heartbeat, and everybody meets in a new term.
        cluster.tickAll(40);
        assertThat(cluster.raft(1).leaderId())
                .isNotZero()
                .isEqualTo(cluster.raft(2).leaderId());
    }

    @Test
    void aPreVoteIsAsStrictAboutTheLogAsAVote() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.run(1, "a");
        cluster.heal();
        cluster.isolate(1L);
        cluster.tick(2, 10);

        cluster.raft(3).campaign();
        cluster.settle();

        assertThat(cluster.raft(3).role()).isEqualTo(Role.PRE_CANDIDATE);
        assertThat(cluster.raft(3).term()).isEqualTo(1);
    }

    @Test
    void anIsolatedLeaderStepsDownAndTheOthersElectAnother() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(1L);

        cluster.tickAll(60);

        assertThat(cluster.raft(1).role()).isNotEqualTo(Role.LEADER);
        assertThat(cluster.raft(1).leaderId()).isZero();
        assertThat(cluster.raft(2).leaderId()).isIn(2L, 3L);
    }

    @Test
    void aLeaderKeepsItsOfficeWhileAMajorityAnswers() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);

        cluster.tick(1, 100);

        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);
    }

    @Test
    void aFollowerThatForgotItsLeaderMayPreVoteAtOnce() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(1L);
        cluster.raft(2).forgetLeader();

        cluster.raft(3).campaign();
        cluster.settle();

        assertThat(cluster.raft(3).role()).isEqualTo(Role.LEADER);
    }

    @Test
    void preCandidatesWithDifferentTermsDoNotBlockEachOther() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(1L, 3L);
        cluster.raft(2).step(new Message.RequestVote(3, 2, 7, 9, 9, true));
        cluster.settle();
        assertThat(cluster.raft(2).term()).isEqualTo(7);

        cluster.heal();
        cluster.isolate(1L);
        cluster.tickAll(80);

        assertThat(cluster.raft(2).leaderId()).isIn(2L, 3L);
        assertThat(cluster.raft(3).leaderId()).isEqualTo(cluster.raft(2).leaderId());
    }
}
