package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.SimulatedCluster.Node;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A process that was stopped for a while (a long collection, SIGSTOP, a suspended machine) trusts nothing it knew. */
class PauseTests {

    private static final int PAUSE = 3 * SimulatedCluster.ELECTION_TIMEOUT_TICKS;

    @Test
    void aLeaderThatWasPausedCallsNothingFreshBeforeItHasProvedThatItLeads() {
        for (long seed = 0; seed < 50; seed++) {
            SimulatedCluster cluster = new SimulatedCluster(3, seed);
            Node old = cluster.leader();
            old.paused = true;
            Node successor = cluster.leader();
            CompletableFuture<String> write = successor.propose("new", 1000);
            cluster.run(PAUSE);
            assertThat(write).as("seed %s", seed).isCompleted();
            // It goes on, and is asked before anything has reached it.
            old.paused = false;
            old.core.now(cluster.now);
            boolean told = false;
            for (int tick = 0; tick < 200; tick++) {
                boolean seesWrite = old.state.contains("new");
                Duration age = old.core.leaderContactAge();
                if (!seesWrite) {
                    assertThat(old.status().ready()).as("seed %s", seed).isFalse();
                    assertThat(age).as("seed %s", seed).isGreaterThanOrEqualTo(Duration.ofMillis(PAUSE));
                }
                told |= old.status().ready();
                cluster.run(1);
            }
            assertThat(told).as("seed %s: ready again", seed).isTrue();
        }
    }

    @Test
    void aFollowerThatWasPausedDoesNotTakeOldHeartbeatsForFreshOnes() {
        SimulatedCluster cluster = new SimulatedCluster(3, 7);
        Node leader = cluster.leader();
        Node follower = cluster.follower();
        cluster.run(PAUSE);
        assertThat(follower.core.leaderContactAge()).isLessThan(Duration.ofMillis(PAUSE));
        follower.paused = true;
        cluster.run(SimulatedCluster.HEARTBEAT_TICKS * 2);
        // What waits for the follower now is of this moment; then it hears nothing more.
        cluster.cut(leader.member.raftId(), follower.member.raftId());
        CompletableFuture<String> write = leader.propose("new", 1000);
        cluster.run(PAUSE);
        assertThat(write).isCompleted();
        follower.paused = false;
        follower.core.now(cluster.now);
        cluster.run(2);
        assertThat(follower.state).isEmpty();
        assertThat(follower.core.leaderContactAge()).isGreaterThanOrEqualTo(Duration.ofMillis(PAUSE));

        cluster.heal();
        cluster.run(PAUSE);
        assertThat(follower.state).containsExactly("new");
        assertThat(follower.core.leaderContactAge()).isLessThan(Duration.ofMillis(PAUSE));
    }

    @Test
    void aLeaderThatNobodyReplacedGoesOnAfterAPause() {
        SimulatedCluster cluster = new SimulatedCluster(3, 8);
        Node leader = cluster.leader();
        long term = leader.status().term();
        cluster.nodes.values().forEach(node -> node.paused = true);
        cluster.run(PAUSE);
        cluster.nodes.values().forEach(node -> {
            node.paused = false;
            node.core.now(cluster.now);
        });
        assertThat(leader.status().ready()).isFalse();
        cluster.run(20);
        assertThat(leader.status().role()).isEqualTo("LEADER");
        assertThat(leader.status().term()).isEqualTo(term);
        assertThat(leader.status().ready()).isTrue();
        assertThat(leader.core.leaderContactAge()).isEqualTo(Duration.ZERO);
    }
}
