package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.SimulatedCluster.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node answers to a write is what became of it, whatever happens to the cluster meanwhile. */
class ProposalFateTests {

    private static final long LONG = 100_000;

    @Test
    void aWriteOnAFollowerIsAnsweredFromTheFollowersOwnState() {
        SimulatedCluster cluster = new SimulatedCluster(3, 1);
        Node follower = cluster.follower();
        CompletableFuture<String> write = follower.propose("a", LONG);
        while (!write.isDone()) {
            cluster.run(1);
        }
        assertThat(write).isCompletedWithValueMatching(result -> result.startsWith("a@"));
        assertThat(follower.state).containsExactly("a");
    }

    @Test
    void aWriteOfANewerFormatThanTheLeaderKnowsIsRefusedAndStopsNobody() {
        SimulatedCluster cluster = new SimulatedCluster(3, 4);
        Node follower = cluster.follower();
        CompletableFuture<String> newer = follower.propose("~a", LONG);
        cluster.run(20);
        assertThat(failureOf(newer))
                .isInstanceOf(ReplicaException.Busy.class)
                .hasMessageContaining("runs an older release")
                .hasMessageContaining("Nothing was done; upgrade that node");
        CompletableFuture<String> write = follower.propose("a", LONG);
        cluster.run(20);
        assertThat(write).isCompleted();
        cluster.nodes.values().forEach(node -> assertThat(node.state).containsExactly("a"));
    }

    @Test
    void aWriteTypedWhileTheLeaderDiesIsAnsweredOnceThereIsANewLeaderAndAppliedOnce() {
        for (int delay = 0; delay < 12; delay++) {
            SimulatedCluster cluster = new SimulatedCluster(3, 100 + delay);
            Node leader = cluster.leader();
            Node follower = cluster.follower();
            CompletableFuture<String> write = follower.propose("a", LONG);
            cluster.run(delay);
            leader.crash();
            cluster.run(500);
            assertThat(write).as("leader died %d ticks after the write", delay).isCompleted();
            assertThat(follower.state).containsExactly("a");
        }
    }

    @Test
    void theLeadersOwnWriteIsProposedAgainAfterItWasDeposed() {
        SimulatedCluster cluster = new SimulatedCluster(3, 2);
        Node old = cluster.leader();
        cluster.isolate(old.member.raftId());
        CompletableFuture<String> write = old.propose("a", LONG);
        cluster.run(300);
        assertThat(write).isNotDone();
        cluster.heal();
        cluster.run(300);
        assertThat(write).isCompleted();
        cluster.nodes.values().forEach(node -> assertThat(node.state).containsExactly("a"));
    }

    @Test
    void aWriteThatWasNeverSentIsNotDoneAtItsDeadlineAndSaysWhy() {
        SimulatedCluster cluster = new SimulatedCluster(3, 3);
        Node survivor = cluster.follower();
        cluster.nodes.values().stream()
                .filter(node -> node != survivor)
                .toList()
                .forEach(node -> {
                    node.crash();
                    survivor.core.presumedDead(node.member.raftId());
                });
        cluster.run(200);
        CompletableFuture<String> write = survivor.propose("a", 50);
        cluster.run(100);
        assertThat(failureOf(write))
                .isInstanceOf(ReplicaException.NoLeader.class)
                .hasMessageContaining("no quorum: 1 of 3 voters reachable");
        cluster.heal();
        cluster.run(500);
        assertThat(survivor.state).isEmpty();
    }

    @Test
    void aWriteThatMayStillCommitIsReportedAsUnknown() {
        SimulatedCluster cluster = new SimulatedCluster(3, 4);
        Node leader = cluster.leader();
        cluster.isolate(leader.member.raftId());
        CompletableFuture<String> write = leader.propose("a", 10);
        cluster.run(100);
        assertThat(failureOf(write)).isInstanceOf(ReplicaException.OutcomeUnknown.class);
    }

    @Test
    void writesPastTheLimitAreRefusedAsBusyAndNotDone() {
        SimulatedCluster cluster = new SimulatedCluster(3, 5);
        Node leader = cluster.leader();
        List<CompletableFuture<String>> writes = new ArrayList<>();
        for (int i = 0; i < 1001; i++) {
            writes.add(leader.propose("w" + i, LONG));
        }
        assertThat(failureOf(writes.get(1000))).isInstanceOf(ReplicaException.Busy.class);
        cluster.run(500);
        assertThat(leader.state).hasSize(1000).doesNotContain("w1000");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void everyAnswerIsTrueUnderLossDuplicationDelayPartitionsAndCrashes(int size) {
        for (long seed = 0; seed < 150; seed++) {
            runWithFaults(size, seed);
        }
    }

    private static void runWithFaults(int size, long seed) {
        SimulatedCluster cluster = new SimulatedCluster(size, seed);
        cluster.lossRate = cluster.random.nextDouble() * 0.2;
        cluster.duplicateRate = cluster.random.nextDouble() * 0.3;
        cluster.maxDelayTicks = 1 + cluster.random.nextInt(10);
        Map<String, CompletableFuture<String>> writes = new LinkedHashMap<>();
        Map<String, Long> crashedOrigin = new LinkedHashMap<>();
        List<Node> nodes = List.copyOf(cluster.nodes.values());
        for (int i = 0; i < 120; i++) {
            Node node = nodes.get(cluster.random.nextInt(size));
            switch (cluster.random.nextInt(12)) {
                case 0 -> {
                    long up = nodes.stream().filter(other -> other.up).count();
                    if (node.up && up > size / 2 + 1) {
                        node.crash();
                    }
                }
                case 1 -> {
                    if (!node.up) {
                        node.start();
                    }
                }
                case 2 -> cluster.isolate(node.member.raftId());
                case 3 -> cluster.cutLinks.clear();
                default -> {
                    if (node.up) {
                        String command = "w" + i;
                        writes.put(command, node.propose(command, 20 + cluster.random.nextInt(400)));
                        crashedOrigin.put(command, node.member.raftId());
                    }
                }
            }
            cluster.run(cluster.random.nextInt(12));
        }
        cluster.heal();
        cluster.leader();
        cluster.run(1500);
        List<String> state = nodes.get(0).state;
        nodes.forEach(node ->
                assertThat(node.state).as("seed %d, size %d", seed, size).isEqualTo(state));
        writes.forEach((command, write) -> {
            long times = state.stream().filter(command::equals).count();
            String what = "seed " + seed + ", size " + size + ", " + command + " of node " + crashedOrigin.get(command);
            assertThat(write).as(what).isDone();
            if (!write.isCompletedExceptionally()) {
                assertThat(times).as(what + " was acknowledged").isEqualTo(1);
                assertThat(write.join()).startsWith(command + "@");
            } else if (failureOf(write) instanceof ReplicaException.OutcomeUnknown) {
                assertThat(times).as(what + " is unknown").isLessThanOrEqualTo(1);
            } else {
                assertThat(times).as(what + " was said not to be done").isZero();
            }
        });
    }

    private static Throwable failureOf(CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        try {
            future.get();
            throw new AssertionError("it did not fail");
        } catch (ExecutionException failed) {
            return failed.getCause();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
