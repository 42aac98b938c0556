package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.SimulatedCluster.Node;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A disk that hangs instead of failing: its node must not keep an office whose work it can't do. */
class DiskStallTests {

    private static final int PATIENCE = 3 * SimulatedCluster.ELECTION_TIMEOUT_TICKS;

    @Test
    void aLeaderWhoseDiskHangsGivesWayAndTheWritesGoOnWithoutIt() {
        SimulatedCluster cluster = new SimulatedCluster(3, 1);
        Node stalled = cluster.leader();
        Node follower = cluster.follower();
        stalled.diskHangs = true;
        CompletableFuture<String> noticed = follower.propose("a", 1000);
        cluster.run(PATIENCE);
        assertThat(stalled.status().role()).isEqualTo("FOLLOWER");
        assertThat(noticed).isCompleted();
        assertThat(cluster.leader()).isNotSameAs(stalled);
        assertThat(follower.propose("b", 1000)).satisfies(write -> {
            cluster.run(PATIENCE);
            assertThat(write).isCompleted();
        });
        assertThat(stalled.status().ready()).isFalse();
        assertThat(stalled.status().impediment()).matches("the disk has not answered for \\d+ ms");

        stalled.diskHangs = false;
        cluster.run(PATIENCE);
        assertThat(stalled.state).containsExactly("a", "b");
        assertThat(stalled.status().ready()).isTrue();
        assertThat(stalled.status().impediment()).isNull();
    }

    @Test
    void itHandsOverAtOnceInsteadOfWaitingForAnElectionTimeout() {
        SimulatedCluster cluster = new SimulatedCluster(3, 2);
        Node stalled = cluster.leader();
        cluster.run(PATIENCE);
        stalled.diskHangs = true;
        cluster.follower().propose("a", 1000);
        int ticks = 0;
        while (stalled.status().role().equals("LEADER")) {
            cluster.run(1);
            assertThat(++ticks).isLessThan(SimulatedCluster.ELECTION_TIMEOUT_TICKS + 10);
        }
        cluster.run(12);
        assertThat(cluster.nodes.values().stream()
                        .filter(node -> node.status().role().equals("LEADER")))
                .hasSize(1)
                .doesNotContain(stalled);
    }

    @Test
    void aFollowerWhoseDiskHangsDoesNotCampaignAndComesBackWithItsDisk() {
        SimulatedCluster cluster = new SimulatedCluster(3, 3);
        Node leader = cluster.leader();
        Node stalled = cluster.follower();
        stalled.diskHangs = true;
        leader.propose("a", 1000);
        cluster.run(PATIENCE);
        long term = stalled.status().term();
        cluster.nodes.values().stream().filter(node -> node != stalled).forEach(Node::crash);
        cluster.run(5 * PATIENCE);
        assertThat(stalled.status().role()).isEqualTo("FOLLOWER");
        assertThat(stalled.status().term()).isEqualTo(term);

        stalled.diskHangs = false;
        cluster.heal();
        cluster.leader();
        cluster.run(PATIENCE);
        assertThat(stalled.state).containsExactly("a");
    }

    @Test
    void whenEveryDiskHangsTheClusterWaitsAndGoesOnWithThem() {
        SimulatedCluster cluster = new SimulatedCluster(3, 4);
        Node leader = cluster.leader();
        cluster.nodes.values().forEach(node -> node.diskHangs = true);
        CompletableFuture<String> write = leader.propose("a", 10_000);
        cluster.run(10 * PATIENCE);
        assertThat(write).isNotDone();
        cluster.nodes.values().forEach(node -> node.diskHangs = false);
        cluster.leader();
        cluster.run(PATIENCE);
        assertThat(write).isCompleted();
        cluster.nodes.values().forEach(node -> assertThat(node.state).containsExactly("a"));
    }

    @Test
    void aSlowDiskIsNoStall() {
        SimulatedCluster cluster = new SimulatedCluster(3, 5);
        Node leader = cluster.leader();
        for (int i = 0; i < 20; i++) {
            leader.diskHangs = true;
            leader.propose("a" + i, 1000);
            cluster.run(SimulatedCluster.ELECTION_TIMEOUT_TICKS - 5);
            leader.diskHangs = false;
            cluster.run(5);
        }
        assertThat(leader.status().role()).isEqualTo("LEADER");
    }

    @Test
    void theOnlyVoterKeepsItsOfficeAsThereIsNobodyToTakeIt() {
        SimulatedCluster cluster = new SimulatedCluster(1, 6);
        Node only = cluster.leader();
        only.diskHangs = true;
        CompletableFuture<String> write = only.propose("a", 1000);
        cluster.run(PATIENCE);
        assertThat(only.status().role()).isEqualTo("LEADER");
        assertThat(only.status().impediment()).isNotNull();
        only.diskHangs = false;
        cluster.run(10);
        assertThat(write).isCompleted();
    }
}
