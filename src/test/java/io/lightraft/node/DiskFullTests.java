package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lightraft.node.SimulatedCluster.Node;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.DurableLogOptions;
import io.lightraft.storage.LogIdentity;
import io.lightraft.storage.SimulatedFiles;
import io.lightraft.transport.Frame;
import io.lightraft.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A node without room refuses what it could not keep, and goes on by itself when there is room. */
class DiskFullTests {

    private static final int PATIENCE = 3 * SimulatedCluster.ELECTION_TIMEOUT_TICKS;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    void aFullLeaderHandsOverAndTheWritesGoOnWithoutAnError() {
        SimulatedCluster cluster = new SimulatedCluster(3, 1);
        Node full = cluster.leader();
        Node follower = cluster.follower();
        full.core.shortage("3 MiB are free");
        List<CompletableFuture<String>> writes = new ArrayList<>();
        for (int i = 0; i < PATIENCE; i++) {
            writes.add(follower.propose("w" + i, 1000));
            cluster.run(1);
        }
        cluster.run(PATIENCE);
        assertThat(writes).allSatisfy(write -> assertThat(write).isCompleted());
        assertThat(cluster.leader()).isNotSameAs(full);
        assertThat(full.state).hasSize(PATIENCE);
        assertThat(full.status().impediment()).isEqualTo("disk full: 3 MiB are free");
    }

    @Test
    void whenAllAreFullTheLeaderStaysAndSaysWhichDiskIsFull() {
        SimulatedCluster cluster = new SimulatedCluster(3, 2);
        Node leader = cluster.leader();
        Node follower = cluster.follower();
        CompletableFuture<String> before = leader.propose("before", 1000);
        cluster.run(PATIENCE);
        assertThat(before).isCompleted();
        cluster.nodes.values().forEach(node -> node.core.shortage("full"));
        cluster.run(PATIENCE);
        for (int round = 0; round < 10; round++) {
            CompletableFuture<String> write = follower.propose("refused", 1000);
            CompletableFuture<Long> read = follower.read(1000);
            cluster.run(PATIENCE);
            assertThatThrownBy(write::join)
                    .hasCauseInstanceOf(ReplicaException.Busy.class)
                    .hasMessageContaining("disk full on node " + leader.member.nodeId() + ", which leads");
            assertThat(read).isCompleted();
        }
        assertThat(cluster.leader()).isSameAs(leader);

        cluster.nodes.values().forEach(node -> node.core.shortage(null));
        CompletableFuture<String> after = follower.propose("after", 1000);
        cluster.run(PATIENCE);
        assertThat(after).isCompleted();
        cluster.nodes.values().forEach(node -> assertThat(node.state).containsExactly("before", "after"));
    }

    @Test
    void aFullNodeStillVotesAndLeadsWhenItHasTo() {
        SimulatedCluster cluster = new SimulatedCluster(3, 3);
        Node leader = cluster.leader();
        cluster.nodes.values().forEach(node -> node.core.shortage("full"));
        leader.crash();
        assertThat(cluster.leader()).isNotSameAs(leader);
    }

    @Test
    void aLogWithoutRoomForItsNextSegmentWaitsAndGoesOnByItself() throws Exception {
        SimulatedFiles files = new SimulatedFiles();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Long>> writes = new ArrayList<>();
        try (Replica<Long> replica = start(files, failures)) {
            replica.propose(new byte[10], TIMEOUT).get(10, TimeUnit.SECONDS);
            files.setFreeBytes(0);
            await().atMost(TIMEOUT).pollDelay(Duration.ZERO).until(() -> {
                writes.add(replica.propose(new byte[10_000], TIMEOUT));
                return replica.status().impediment() != null;
            });
            assertThat(replica.status().impediment())
                    .isEqualTo("disk full: no room for the next segment of the log in sim/");
            assertThat(writes).as("what found no room").anyMatch(write -> !write.isDone());
            files.heal();
            await().atMost(TIMEOUT).until(() -> replica.status().impediment() == null);
            assertThat(replica.propose(new byte[10], TIMEOUT).get(10, TimeUnit.SECONDS))
                    .isPositive();
        }
        long acknowledged = writes.stream()
                .filter(write -> write.isDone() && !write.isCompletedExceptionally())
                .count();
        assertThat(acknowledged).isPositive();
        assertThat(failures).isEmpty();
    }

    @Test
    void aNodeThatWaitsForRoomStopsWhenItIsTold() throws Exception {
        SimulatedFiles files = new SimulatedFiles();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        Replica<Long> replica = start(files, failures);
        replica.propose(new byte[10], TIMEOUT).get(10, TimeUnit.SECONDS);
        files.setFreeBytes(0);
        await().atMost(TIMEOUT).pollDelay(Duration.ZERO).until(() -> {
            replica.propose(new byte[10_000], TIMEOUT);
            return replica.status().impediment() != null;
        });
        long begun = System.nanoTime();
        replica.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        assertThat(failures).isEmpty();
    }

    private static Replica<Long> start(SimulatedFiles files, List<Throwable> failures) {
        LogRelay relay = new LogRelay();
        DurableLogOptions options = DurableLogOptions.DEFAULTS.withSegmentBytes(1 << 16);
        DurableLog log = DurableLog.open(files, new LogIdentity("full", "0"), options, relay, Runnable::run);
        Begun.log(log);
        ReplicaConfig config = ReplicaConfig.of(0, List.of(new Member(0, "", "", "")), 20, 100);
        Replica<Long> replica = new Replica<>(
                config, UUID.randomUUID(), new Indexes(), log, relay, new NoNetwork(), null, failures::add);
        replica.start();
        return replica;
    }

    private static final class Indexes implements StateMachine<Long> {
        @Override
        public Applied applied() {
            return Begun.voters(1);
        }

        @Override
        public void bootstrap(Applied beginning) {}

        @Override
        public List<Long> apply(List<CommittedEntry> batch) {
            return batch.stream().map(CommittedEntry::index).toList();
        }
    }

    private static final class NoNetwork implements Transport {
        @Override
        public void send(long to, Frame frame) {}

        @Override
        public void close() {}
    }
}
