package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A replica that ends, by itself or because it is told to, leaves nobody waiting. */
class ReplicaStopTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final SimulatedFiles files = new SimulatedFiles();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong applied = new AtomicLong();
    private volatile long applyMillis;

    @Test
    void anFsyncThatFailsStopsTheNodeAndLeavesTheOutcomeOfWhatWasUnderWayUnknown() throws Exception {
        try (Replica<Long> replica = start()) {
            replica.propose(new byte[10], TIMEOUT).get(10, TimeUnit.SECONDS);
            files.failSyncs();
            CompletableFuture<Long> write = replica.propose(new byte[10], TIMEOUT);
            CompletableFuture<Long> read = replica.readIndex(TIMEOUT);
            assertThatThrownBy(() -> write.get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(ReplicaException.OutcomeUnknown.class);
            read.handle((index, failure) -> null).get(5, TimeUnit.SECONDS);
            await().until(() -> !failures.isEmpty());
            assertThatThrownBy(() -> replica.propose(new byte[10], TIMEOUT).get(5, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(ReplicaException.Stopped.class);
            assertThat(replica.status().role()).isEqualTo("STOPPED");
            assertThat(replica.status().failure()).isNotNull();
        }
        assertThat(failures).hasSize(1);
    }

    @Test
    void closingDoesNotWaitForABacklogOfCommittedEntries() throws Exception {
        try (Replica<Long> replica = start()) {
            List<CompletableFuture<Long>> writes = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                writes.add(replica.propose(new byte[10], TIMEOUT));
            }
            for (CompletableFuture<Long> write : writes) {
                write.get(10, TimeUnit.SECONDS);
            }
        }
        applied.set(0);
        applyMillis = 300;
        Replica<Long> replica = start();
        await().until(() -> applied.get() > 0);
        long begun = System.nanoTime();
        replica.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
        assertThat(applied).as("applied before the close returned").hasValueLessThan(3000);
        assertThat(failures).isEmpty();
    }

    private Replica<Long> start() {
        LogRelay relay = new LogRelay();
        DurableLog log = DurableLog.open(
                files,
                new LogIdentity("stop", "0"),
                DurableLogOptions.DEFAULTS.withSegmentBytes(1 << 20),
                relay,
                Runnable::run);
        Begun.log(log);
        ReplicaConfig config = ReplicaConfig.of(0, List.of(new Member(0, "", "", "")), 20, 100);
        Replica<Long> replica = new Replica<>(
                config, UUID.randomUUID(), new SlowStateMachine(), log, relay, new NoNetwork(), null, failures::add);
        replica.start();
        return replica;
    }

    private final class SlowStateMachine implements StateMachine<Long> {
        @Override
        public Applied applied() {
            return Begun.voters(1);
        }

        @Override
        public void bootstrap(Applied beginning) {}

        @Override
        public List<Long> apply(List<CommittedEntry> batch) {
            await().pollDelay(Duration.ofMillis(applyMillis)).until(() -> true);
            applied.addAndGet(batch.size());
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
