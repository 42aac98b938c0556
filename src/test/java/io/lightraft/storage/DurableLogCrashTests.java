package io.lightraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.HardState;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.LogFixture.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The loss of power at any moment, on a file system that loses what was not synced. */
class DurableLogCrashTests {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.lightraft.storage");

    @BeforeAll
    static void silenceThousandsOfTornTails() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
    }

    @Test
    void aBatchIsThereWholeOrNotAtAllAndASyncedOneAlwaysIs() {
        for (long seed = 0; seed < 1500; seed++) {
            try {
                new Life(seed).live(6);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** One node's disk through several crashes, beside a model of it. */
    private static final class Life {
        private final Random random;
        private final SimulatedFiles files = new SimulatedFiles();
        private Content synced = Content.EMPTY;
        private Content pending = Content.EMPTY;

        Life(long seed) {
            random = new Random(seed);
        }

        void live(int lives) {
            for (int life = 0; life < lives; life++) {
                files.failAfter(random.nextInt(random.nextBoolean() ? 20 : 300), "the power is gone");
                try {
                    DurableLog log = LogFixture.open(files, options());
                    assertIsSyncedOrPending(LogFixture.contentOf(log));
                    while (true) {
                        change(log);
                    }
                } catch (StorageFailedException e) {
                    assertThat(e).hasMessageContaining("the power is gone");
                }
                if (random.nextInt(4) == 0) {
                    files.heal(); // Only the process was killed: nothing written is lost.
                } else {
                    files.crash(random);
                }
                DurableLog log = LogFixture.open(files, options());
                assertIsSyncedOrPending(LogFixture.contentOf(log));
                log.close();
                if (random.nextBoolean()) {
                    // A second loss of power must not take back what the start has shown.
                    files.crash(random);
                }
            }
        }

        private DurableLogOptions options() {
            return LogFixture.SMALL.withCacheBytes(random.nextInt(4000)).withLoadBytes(1 + random.nextInt(1000));
        }

        private void assertIsSyncedOrPending(Content found) {
            assertThat(found).isIn(synced, pending);
            synced = found;
            pending = found;
        }

        private void change(DurableLog log) {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4, 5 -> append(log);
                case 6 -> {
                    if (!pending.entries().isEmpty()) {
                        long index = pending.compacted().index()
                                + 1
                                + random.nextInt(pending.entries().size());
                        pending = pending.compact(index);
                        log.compactTo(index);
                    }
                }
                case 7 -> {
                    if (random.nextInt(5) == 0) {
                        LogPoint point = new LogPoint(pending.lastIndex() + 1 + random.nextInt(9), 7);
                        pending = pending.restart(point);
                        HardState state = pending.hardState();
                        if (state.term() < point.term()) {
                            HardState raised = new HardState(point.term(), 0, state.commit());
                            pending = new Content(raised, pending.compacted(), pending.entries());
                        }
                        log.installSnapshot(new SnapshotMetadata(ConfState.EMPTY, point.index(), point.term()));
                    }
                }
                default -> {
                    log.sync();
                    synced = pending;
                    assertThat(log.lastIndex()).isEqualTo(synced.lastIndex());
                }
            }
        }

        private void append(DurableLog log) {
            HardState state = random.nextBoolean()
                    ? HardState.EMPTY
                    : new HardState(1 + random.nextInt(9), random.nextInt(3), random.nextInt(100));
            long room = pending.entries().size();
            long first = pending.lastIndex() + 1;
            if (random.nextInt(4) == 0) {
                first -= Math.min(room, random.nextInt(6));
            }
            List<Entry> entries = new ArrayList<>();
            long term = 1 + random.nextInt(9);
            int maxBytes = random.nextInt(50) == 0 ? 20_000 : 300;
            for (int count = random.nextInt(6); count > 0; count--) {
                byte[] data = new byte[random.nextInt(maxBytes)];
                random.nextBytes(data);
                EntryType type = EntryType.values()[random.nextInt(3)];
                entries.add(new Entry(term, first + entries.size(), type, data));
            }
            pending = pending.with(state).append(entries);
            log.append(state, entries);
        }
    }

    @Test
    void aFailedFsyncIsNeverRetriedAndTheLogIsDead() {
        SimulatedFiles files = new SimulatedFiles();
        DurableLog log = LogFixture.open(files);
        log.append(new HardState(1, 1, 0), LogFixture.entries(1, 1, 3));
        log.sync();
        files.failSyncs();
        log.append(HardState.EMPTY, LogFixture.entries(1, 4, 4));
        assertThatThrownBy(log::sync)
                .isInstanceOf(StorageFailedException.class)
                .hasMessage("can't write the log in sim/: Input/output error");
        files.heal();
        assertThatThrownBy(log::sync).isInstanceOf(StorageFailedException.class);
        assertThatThrownBy(() -> log.append(HardState.EMPTY, LogFixture.entries(1, 5, 5)))
                .isInstanceOf(StorageFailedException.class);
        assertThat(log.term(3)).isEqualTo(1);
    }

    // A kernel that failed an fsync may hold the pages as clean: a start from the page cache must write them again.
    @Test
    void whatAStartHasReadFromThePageCacheIsMadeDurableBeforeAnybodyReliesOnIt() {
        SimulatedFiles files = new SimulatedFiles();
        DurableLog log = LogFixture.open(files);
        log.append(new HardState(1, 1, 0), LogFixture.entries(1, 1, 1));
        files.failSyncs();
        assertThatThrownBy(log::sync).isInstanceOf(StorageFailedException.class);
        files.heal();
        assertThat(LogFixture.open(files).lastIndex()).isEqualTo(1);
        for (long seed = 0; seed < 20; seed++) {
            files.crash(new Random(seed));
            assertThat(LogFixture.open(files).lastIndex()).isEqualTo(1);
        }
    }

    @Test
    void aFullDiskStopsTheLogAndLosesNothingThatWasAcknowledged() {
        SimulatedFiles files = new SimulatedFiles();
        DurableLog log = LogFixture.open(files);
        files.setFreeBytes(0);
        long acknowledged = 0;
        try {
            while (true) {
                log.append(HardState.EMPTY, LogFixture.entries(1, acknowledged + 1, acknowledged + 1, 200));
                log.sync();
                acknowledged++;
            }
        } catch (StorageFailedException e) {
            assertThat(e)
                    .hasMessage("can't write the log in sim/: No space left on device;"
                            + " make room and start the node again");
        }
        assertThat(acknowledged).isGreaterThan(10);
        // It starts while the disk is still full, too.
        DurableLog full = LogFixture.open(files);
        assertThat(full.lastIndex()).isEqualTo(acknowledged);
        full.close();
        files.heal();
        DurableLog roomy = LogFixture.open(files);
        roomy.append(HardState.EMPTY, LogFixture.entries(1, acknowledged + 1, acknowledged + 1, 200));
        roomy.sync();
        assertThat(roomy.lastIndex()).isEqualTo(acknowledged + 1);
    }
}
