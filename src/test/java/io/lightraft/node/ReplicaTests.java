package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.storage.DurableLogOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole replicas: threads, files and all. */
class ReplicaTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int WRITERS = 8;
    private static final int WRITES_OF_EACH = 2500;
    private static final int PIPELINED = 32;

    @TempDir
    Path directory;

    private final Set<String> done = ConcurrentHashMap.newKeySet();
    private final Set<String> notDone = ConcurrentHashMap.newKeySet();
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();
    private final AtomicInteger answered = new AtomicInteger();

    @Test
    void eachAcknowledgedWriteIsAppliedOnceOnAllNodesThoughTheLeaderIsClosedAndReopened() throws Exception {
        try (ThreadedCluster cluster = new ThreadedCluster(3, directory, DurableLogOptions.DEFAULTS)) {
            cluster.leader();
            List<Thread> writers = IntStream.range(0, WRITERS)
                    .mapToObj(writer -> new Thread(() -> write(cluster, writer)))
                    .toList();
            writers.forEach(Thread::start);
            int total = WRITERS * WRITES_OF_EACH;
            await().atMost(ThreadedCluster.PATIENCE).until(() -> answered.get() > total / 3);
            ThreadedCluster.Node leader = cluster.leader();
            cluster.stop(leader);
            await().atMost(ThreadedCluster.PATIENCE).until(() -> answered.get() > total * 2 / 3);
            cluster.start(leader.index);
            for (Thread writer : writers) {
                writer.join(60_000);
                assertThat(writer.isAlive()).as("a write was never answered").isFalse();
            }
            cluster.awaitEqualStates();
            List<String> state = List.copyOf(cluster.nodes().get(0).state);
            assertThat(cluster.nodes())
                    .hasSize(3)
                    .allSatisfy(node -> assertThat(node.state).isEqualTo(state));
            Set<String> applied = new HashSet<>(state);
            assertThat(state).as("applied twice").hasSameSizeAs(applied);
            assertThat(applied).containsAll(done);
            assertThat(notDone).as("said to be not done").noneMatch(applied::contains);
            assertThat(done).hasSizeGreaterThan(total - WRITERS * PIPELINED * 2);
            assertThat(answered).hasValue(total);
            assertThat(cluster.failures).isEmpty();
        }
    }

    @Test
    void aNodeFarBehindIsCaughtUpByALeaderWhoseMemoryHoldsNextToNothing() throws Exception {
        DurableLogOptions tiny = DurableLogOptions.DEFAULTS
                .withSegmentBytes(256 << 10)
                .withCacheBytes(4096)
                .withReadAheadBytes(16384)
                .withLoadBytes(8192);
        try (ThreadedCluster cluster = new ThreadedCluster(3, directory, tiny)) {
            ThreadedCluster.Node behind = cluster.follower();
            cluster.stop(behind);
            ThreadedCluster.Node leader = cluster.leader();
            Deque<CompletableFuture<Long>> writes = new ArrayDeque<>();
            for (int i = 0; i < 5000; i++) {
                writes.add(leader.replica.propose(bytes("w" + i + "x".repeat(i % 500)), TIMEOUT));
                while (writes.size() > 500) {
                    writes.remove().get(20, TimeUnit.SECONDS);
                }
            }
            for (CompletableFuture<Long> write : writes) {
                write.get(20, TimeUnit.SECONDS);
            }
            // And the leader starts with all of its log to be applied again, while somebody lags.
            cluster.stop(cluster.leader());
            cluster.start(leader.index);
            cluster.start(behind.index);
            cluster.leader();
            await().atMost(ThreadedCluster.PATIENCE)
                    .until(() -> cluster.nodes().stream().allMatch(node -> node.state.size() == 5000));
            assertThat(cluster.failures).isEmpty();
        }
    }

    private void write(ThreadedCluster cluster, int writer) {
        Deque<Runnable> open = new ArrayDeque<>();
        for (int i = 0; i < WRITES_OF_EACH; i++) {
            String command = writer + "/" + i;
            List<ThreadedCluster.Node> nodes = cluster.nodes();
            CompletableFuture<Long> future =
                    nodes.get((writer + i) % nodes.size()).replica.propose(bytes(command), TIMEOUT);
            open.add(() -> note(command, future));
            if (open.size() == PIPELINED) {
                open.remove().run();
            }
        }
        open.forEach(Runnable::run);
    }

    private void note(String command, CompletableFuture<Long> future) {
        try {
            future.get(20, TimeUnit.SECONDS);
            done.add(command);
        } catch (ExecutionException e) {
            boolean maybe = e.getCause() instanceof ReplicaException.OutcomeUnknown;
            (maybe ? unknown : notDone).add(command);
        } catch (Exception never) {
            throw new AssertionError(command, never);
        }
        answered.incrementAndGet();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
