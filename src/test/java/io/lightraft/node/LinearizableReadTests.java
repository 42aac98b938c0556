package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.SimulatedCluster.Node;
import io.lightraft.raft.Message;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A read point reflects every write that was acknowledged anywhere before it was asked for (thesis §6.4). */
class LinearizableReadTests {

    @Test
    void withoutAQuorumItFailsWithinItsDeadlineAndSaysWhy() {
        SimulatedCluster cluster = new SimulatedCluster(3, 1);
        Node leader = cluster.leader();
        cluster.nodes.values().stream().filter(node -> node != leader).toList().forEach(node -> {
            node.crash();
            leader.core.presumedDead(node.member.raftId());
        });
        CompletableFuture<Long> read = leader.read(60);
        cluster.run(65);
        assertThat(read).isCompletedExceptionally();
        assertThatThrownBy(read::join).hasMessageContaining("no quorum: 1 of 3 voters reachable");
    }

    @Test
    void aNodeThatOnlyWaitsForItselfToCatchUpIsIdle() {
        SimulatedCluster cluster = new SimulatedCluster(3, 1);
        Node leader = cluster.leader();
        Node follower = cluster.follower();
        cluster.nodes.values().stream().filter(node -> node != follower).forEach(Node::crash);
        // Back at the moment at which its leader is gone: it can't be told how far it has to come.
        follower.crash();
        follower.start();
        follower.core.received(
                leader.member.raftId(),
                new Frame.Raft(new Message.Heartbeat(
                        leader.member.raftId(),
                        follower.member.raftId(),
                        leader.status().term(),
                        0,
                        "")));
        cluster.run(1);
        assertThat(follower.status().leaderId()).isNotNull();
        AtomicBoolean idle = new AtomicBoolean();
        follower.core.whenIdle(() -> idle.set(true));
        cluster.run(1);
        assertThat(idle).isTrue();
    }

    @Test
    void aDeposedLeaderGivesNoReadPointUntilItKnowsTheNewOne() {
        SimulatedCluster cluster = new SimulatedCluster(3, 2);
        Node old = cluster.leader();
        cluster.isolate(old.member.raftId());
        Node survivor = cluster.nodes.values().stream()
                .filter(node -> node != old)
                .findFirst()
                .orElseThrow();
        CompletableFuture<String> write = survivor.propose("a", 10_000);
        CompletableFuture<Long> read = old.read(10_000);
        for (int i = 0; i < 200; i++) {
            cluster.run(1);
            assertThat(read).isNotDone();
        }
        assertThat(write).isCompleted();
        cluster.heal();
        cluster.run(200);
        assertThat(read).isCompleted();
        assertThat(old.state).containsExactly("a");
    }

    @Test
    void fromAnyNodeUnderFaultsItIsNeverStale() {
        for (long seed = 0; seed < 150; seed++) {
            SimulatedCluster cluster = new SimulatedCluster(3, seed);
            cluster.lossRate = cluster.random.nextDouble() * 0.15;
            cluster.duplicateRate = cluster.random.nextDouble() * 0.3;
            cluster.maxDelayTicks = 1 + cluster.random.nextInt(8);
            List<Node> nodes = List.copyOf(cluster.nodes.values());
            List<CompletableFuture<String>> writes = new ArrayList<>();
            record Read(CompletableFuture<Long> future, List<String> mustSee, Node node) {}
            List<Read> open = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                Node node = nodes.get(cluster.random.nextInt(3));
                switch (cluster.random.nextInt(10)) {
                    case 0 -> cluster.isolate(node.member.raftId());
                    case 1, 2 -> cluster.cutLinks.clear();
                    case 3, 4, 5 -> writes.add(node.propose("w" + i, 500));
                    default -> {
                        List<String> acknowledged = writes.stream()
                                .filter(write -> write.isDone() && !write.isCompletedExceptionally())
                                .map(write -> write.join().replaceAll("@.*", ""))
                                .toList();
                        open.add(new Read(node.read(500), acknowledged, node));
                    }
                }
                for (int tick = cluster.random.nextInt(10); tick > 0; tick--) {
                    cluster.run(1);
                    for (Read read : List.copyOf(open)) {
                        if (read.future().isDone()) {
                            open.remove(read);
                            if (!read.future().isCompletedExceptionally()) {
                                assertThat(read.node().state)
                                        .as("seed %d", seed)
                                        .containsAll(read.mustSee());
                            }
                        }
                    }
                }
            }
        }
    }
}
