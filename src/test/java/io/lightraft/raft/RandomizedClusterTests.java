package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A few thousand random steps on three or five nodes: messages lost, doubled and out of order, workers that stall,
 * crashes, compaction, transfers. The properties of figure 3 must hold after each step, and when all is well again the
 * cluster must agree on everything that was acknowledged. The seed is the name of the test.
 */
class RandomizedClusterTests {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void staysSafeAndRecovers(long seed) {
        Random random = new Random(seed);
        int size = random.nextBoolean() ? 3 : 5;
        boolean preVote = random.nextInt(4) > 0;
        TestCluster cluster = TestCluster.of(
                size,
                config -> config.seed(random.nextLong())
                        .preVote(preVote)
                        .maxInflightMessages(4)
                        .maxSizePerMessageBytes(60)
                        .maxCommittedSizePerReadyBytes(100));
        List<Message> underWay = new ArrayList<>();
        int proposed = 0;
        for (int step = 0; step < 6000; step++) {
            TestNode node = cluster.node(1 + random.nextInt(size));
            switch (random.nextInt(24)) {
                case 0, 1, 2 -> node.raft().tick();
                case 3, 4 -> {
                    if (node.raft().role() == Role.LEADER) {
                        cluster.propose(node.id, "c" + proposed++);
                    }
                }
                case 5 -> node.stallStorage(random.nextBoolean());
                case 6 -> node.stallApply(random.nextBoolean());
                case 7 -> rarely(random, node::crashAndRestart);
                case 8 -> rarely(random, node::compact);
                case 9 -> rarely(random, () -> node.raft().transferLeadership(1 + random.nextInt(size)));
                case 10 -> rarely(random, () -> node.raft().reportUnreachable(1 + random.nextInt(size)));
                case 11 -> rarely(random, () -> node.raft().reportSnapshot(1 + random.nextInt(size), false));
                case 12 -> rarely(random, () -> node.storage.entriesUnavailable(random.nextBoolean()));
                case 13, 14, 15 -> node.handleReady(underWay);
                case 16 -> node.store(underWay);
                case 17 -> node.apply(underWay);
                default -> deliverOne(cluster, underWay, random);
            }
            cluster.checkElectionSafety();
            cluster.checkStateMachineSafety();
        }
        recover(cluster);
        int longest = cluster.applied().stream().mapToInt(List::size).max().orElse(0);
        assertThat(longest).as("something was committed").isPositive();
        assertThat(cluster.applied())
                .as("all agree")
                .containsOnly(cluster.node(1).applied());
        assertThat(cluster.node(1).applied()).last().isEqualTo("the last one");
    }

    private static void rarely(Random random, Runnable action) {
        if (random.nextInt(20) == 0) {
            action.run();
        }
    }

    private static void deliverOne(TestCluster cluster, List<Message> underWay, Random random) {
        if (underWay.isEmpty()) {
            return;
        }
        // Mostly the oldest, sometimes any; sometimes lost, sometimes twice.
        int which = random.nextInt(4) == 0 ? random.nextInt(underWay.size()) : 0;
        Message message = underWay.remove(which);
        int fate = random.nextInt(20);
        if (fate > 0) {
            cluster.deliver(message);
        }
        if (fate == 1) {
            underWay.add(message);
        }
    }

    private static void recover(TestCluster cluster) {
        for (TestNode node : cluster.nodes()) {
            node.stallStorage(false);
            node.stallApply(false);
            node.storage.entriesUnavailable(false);
        }
        cluster.settle();
        cluster.tickAll(100);
        // Snapshots that got lost have been reported by nobody yet.
        for (TestNode node : cluster.nodes()) {
            for (TestNode peer : cluster.nodes()) {
                node.raft().reportSnapshot(peer.id, false);
            }
        }
        cluster.tickAll(5);
        long leader = cluster.raft(1).leaderId();
        cluster.run(leader, "the last one");
        cluster.tickAll(2);
    }
}
