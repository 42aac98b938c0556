package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Raft §5.2 and §5.4.1. */
class ElectionTests {

    @Test
    void aMajorityOfVotesMakesALeader() {
        TestCluster cluster = TestCluster.of(5);
        cluster.isolate(4L, 5L);

        cluster.elect(1);

        assertThat(cluster.raft(1).leaderId()).isEqualTo(1);
        assertThat(cluster.raft(2).leaderId()).isEqualTo(1);
        assertThat(cluster.raft(1).term()).isEqualTo(1);
    }

    @Test
    void withoutAMajorityThereIsNoLeader() {
        TestCluster cluster = TestCluster.of(5);
        cluster.isolate(3L, 4L, 5L);

        cluster.raft(1).campaign();
        cluster.settle();

        assertThat(cluster.raft(1).role()).isEqualTo(Role.PRE_CANDIDATE);
        assertThat(cluster.raft(1).leaderId()).isZero();
    }

    @Test
    void aSingleVoterElectsItselfOnceItsVoteIsOnDisk() {
        TestCluster cluster = TestCluster.of(1);
        cluster.node(1).stallStorage(true);
        cluster.raft(1).campaign();
        cluster.settle();
        assertThat(cluster.raft(1).role()).isEqualTo(Role.PRE_CANDIDATE);

        cluster.node(1).stallStorage(false);
        cluster.settle();

        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);
        assertThat(cluster.node(1).storage.initialHardState()).isEqualTo(new HardState(1, 1, 1));
    }

    @Test
    void aVoteIsOnDiskBeforeItIsGiven() {
        TestCluster cluster = TestCluster.of(3, config -> config.preVote(false));
        cluster.isolate(3L);
        cluster.node(2).stallStorage(true);

        cluster.raft(1).campaign();
        cluster.settle();
        assertThat(cluster.raft(1).role()).isEqualTo(Role.CANDIDATE);

        cluster.node(2).stallStorage(false);
        cluster.settle();
        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);
        assertThat(cluster.node(2).storage.initialHardState().vote()).isEqualTo(1);
    }

    @Test
    void aNodeVotesOnceInATermAlsoAcrossARestart() {
        TestCluster cluster = TestCluster.of(3, config -> config.preVote(false));
        TestNode voter = cluster.node(2);
        voter.raft().step(new Message.RequestVote(1, 2, 5, 0, 0, false));
        assertThat(voter.work()).containsExactly(new Message.RequestVoteResponse(2, 1, 5, false));

        voter.crashAndRestart();
        voter.raft().step(new Message.RequestVote(3, 2, 5, 9, 9, false));
        voter.raft().step(new Message.RequestVote(1, 2, 5, 0, 0, false));

        assertThat(voter.work())
                .containsExactly(
                        new Message.RequestVoteResponse(2, 3, 5, true),
                        new Message.RequestVoteResponse(2, 1, 5, false));
    }

    @Test
    void aVoteIsRefusedToALogThatIsBehind() { // §5.4.1
        TestNode voter = TestCluster.of(3, config -> config.preVote(false)).node(2);
        voter.storage.append(List.of(Entry.empty(1, 1), Entry.empty(2, 2)));
        voter.storage.save(new HardState(2, 0, 0));
        voter.crashAndRestart();

        voter.raft().step(new Message.RequestVote(1, 2, 3, 1, 7, false));
        voter.raft().step(new Message.RequestVote(1, 2, 3, 2, 1, false));
        voter.raft().step(new Message.RequestVote(3, 2, 3, 2, 2, false));

        assertThat(voter.work())
                .containsExactly(
                        new Message.RequestVoteResponse(2, 1, 3, true),
                        new Message.RequestVoteResponse(2, 1, 3, true),
                        new Message.RequestVoteResponse(2, 3, 3, false));
    }

    @Test
    void splitVotesAreSettledByAnotherElection() {
        TestCluster cluster = TestCluster.of(4, config -> config.preVote(false));
        cluster.lose(
                message -> message instanceof Message.RequestVote && (message.from() <= 2) != (message.to() % 2 == 1));
        cluster.raft(1).campaign();
        cluster.raft(2).campaign();
        cluster.settle();
        assertThat(cluster.raft(1).role()).isNotEqualTo(Role.LEADER);
        assertThat(cluster.raft(2).role()).isNotEqualTo(Role.LEADER);

        cluster.heal();
        cluster.tickAll(60);

        Set<Long> leaders = new TreeSet<>();
        cluster.nodes().forEach(node -> leaders.add(node.raft().leaderId()));
        assertThat(leaders).hasSize(1).doesNotContain(0L);
    }

    @Test
    void electionTimeoutsAreSpreadOverTheWholeRangeAndRepeatable() {
        assertThat(timeouts(7)).isEqualTo(timeouts(7)).isNotEqualTo(timeouts(8));
        assertThat(new TreeSet<>(timeouts(7))).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    }

    private static List<Integer> timeouts(long seed) {
        ElectionTimer timer = new ElectionTimer(10, seed);
        List<Integer> drawn = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int ticks = 0;
            while (!timer.isExpired()) {
                timer.tick();
                ticks++;
            }
            drawn.add(ticks);
            timer.restart();
            timer.randomize();
        }
        return drawn;
    }

    @Test
    void everyRoleChangeIsToldOnceWithItsReason() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        assertThat(cluster.node(1).roleChanges)
                .containsExactly(
                        "0 FOLLOWER->PRE_CANDIDATE asked",
                        "1 PRE_CANDIDATE->CANDIDATE pre-vote-won",
                        "1 CANDIDATE->LEADER election-won");
        assertThat(cluster.node(2).roleChanges).containsExactly("1 FOLLOWER->FOLLOWER higher-term");
    }

    @Test
    void aCandidateYieldsToTheLeaderOfItsTerm() {
        TestNode candidate = TestCluster.of(3, config -> config.preVote(false)).node(1);
        candidate.raft().campaign();
        candidate.work();

        candidate.raft().step(new Message.Heartbeat(2, 1, 1, 0, ""));

        assertThat(candidate.raft().role()).isEqualTo(Role.FOLLOWER);
        assertThat(candidate.raft().leaderId()).isEqualTo(2);
        assertThat(candidate.raft().term()).isEqualTo(1);
    }
}
