package io.lightraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.LogStorage;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.LogFixture.Content;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on a real disk. */
class DurableLogTests {

    @TempDir
    Path directory;

    private final LogFixture.Listener listener = new LogFixture.Listener();

    @Test
    void aNewLogIsEmpty() {
        try (DurableLog log = open()) {
            assertThat(log.initialHardState()).isEqualTo(HardState.EMPTY);
            assertThat(log.firstIndex()).isEqualTo(1);
            assertThat(log.lastIndex()).isZero();
            assertThat(log.term(0)).isZero();
            assertThatThrownBy(log::snapshot).isInstanceOf(LogStorage.TemporarilyUnavailableException.class);
        }
    }

    @Test
    void whatWasSyncedIsThereAgain() {
        try (DurableLog log = open()) {
            log.append(new HardState(1, 2, 0), LogFixture.entries(1, 1, 3));
            log.sync();
            log.append(new HardState(2, 0, 3), List.of());
            log.sync();
        }
        try (DurableLog log = open()) {
            assertThat(log.initialHardState()).isEqualTo(new HardState(2, 0, 3));
            assertThat(log.entries(1, 4, Long.MAX_VALUE)).isEqualTo(LogFixture.entries(1, 1, 3));
        }
    }

    @Test
    void entriesAreVisibleBeforeTheyAreSynced() {
        try (DurableLog log = open()) {
            log.append(HardState.EMPTY, LogFixture.entries(1, 1, 3));
            assertThat(log.lastIndex()).isEqualTo(3);
            assertThat(log.entries(2, 4, Long.MAX_VALUE)).isEqualTo(LogFixture.entries(1, 2, 3));
        }
    }

    @Test
    void aConflictingSuffixIsSuperseded() {
        try (DurableLog log = open()) {
            log.append(HardState.EMPTY, LogFixture.entries(1, 1, 10));
            log.sync();
            log.append(HardState.EMPTY, LogFixture.entries(2, 8, 12));
            log.append(HardState.EMPTY, LogFixture.entries(3, 6, 7));
            assertThat(log.lastIndex()).isEqualTo(7);
            log.sync();
            log.append(HardState.EMPTY, LogFixture.entries(4, 5, 5));
            log.sync();
        }
        List<Entry> expected = new ArrayList<>(LogFixture.entries(1, 1, 4));
        expected.addAll(LogFixture.entries(4, 5, 5));
        try (DurableLog log = open(DurableLogOptions.DEFAULTS.withCacheBytes(0))) {
            assertThat(LogFixture.contentOf(log).entries()).isEqualTo(expected);
            assertThatThrownBy(() -> log.term(6)).isInstanceOf(LogStorage.UnavailableException.class);
        }
    }

    @Test
    void entriesEndAtTheByteLimitButThereIsAlwaysOne() {
        try (DurableLog log = open()) {
            log.append(HardState.EMPTY, LogFixture.entries(1, 1, 10, 100));
            assertThat(log.entries(1, 11, 0)).hasSize(1);
            assertThat(log.entries(1, 11, 330)).hasSize(3);
        }
    }

    @Test
    void entriesThatLeaveAGapOrOverwriteWhatWasCompactedAreRefusedAndChangeNothing() {
        try (DurableLog log = open()) {
            log.append(HardState.EMPTY, LogFixture.entries(1, 1, 10));
            log.compactTo(5);
            HardState state = new HardState(9, 9, 9);
            assertThatThrownBy(() -> log.append(state, LogFixture.entries(2, 12, 12)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> log.append(state, LogFixture.entries(2, 5, 6)))
                    .isInstanceOf(IllegalArgumentException.class);
            log.sync();
        }
        try (DurableLog log = open()) {
            assertThat(log.initialHardState()).isEqualTo(HardState.EMPTY);
            assertThat(log.lastIndex()).isEqualTo(10);
        }
    }

    @Test
    void compactionDropsEntriesAndFilesButNeitherHardStateNorThePointsTerm() throws Exception {
        HardState state = new HardState(3, 2, 1);
        try (DurableLog log = open(LogFixture.SMALL)) {
            log.append(state, LogFixture.entries(3, 1, 1));
            log.sync();
            appendEach(log, 3, 2, 100, 300);
            assertThat(segments()).hasSizeGreaterThan(5);
            log.compactTo(95);
            assertThat(log.firstIndex()).isEqualTo(96);
            assertThatThrownBy(() -> log.term(94)).isInstanceOf(LogStorage.CompactedException.class);
            assertThatThrownBy(() -> log.entries(95, 97, 1)).isInstanceOf(LogStorage.CompactedException.class);
            log.sync();
            await().until(() -> segments().size() <= 2);
        }
        for (int start = 0; start < 2; start++) {
            try (DurableLog log = open(LogFixture.SMALL)) {
                assertThat(log.initialHardState()).isEqualTo(state);
                assertThat(log.firstIndex()).isEqualTo(96);
                assertThat(log.term(95)).isEqualTo(3);
                assertThat(log.entries(96, 101, Long.MAX_VALUE)).isEqualTo(LogFixture.entries(3, 96, 100, 300));
            }
        }
    }

    @Test
    void aLogCompactedToItsVeryEndGoesOnThere() {
        try (DurableLog log = open()) {
            log.append(HardState.EMPTY, LogFixture.entries(1, 1, 10));
            log.compactTo(10);
            log.append(HardState.EMPTY, LogFixture.entries(2, 11, 11));
            log.sync();
        }
        try (DurableLog log = open()) {
            assertThat(LogFixture.contentOf(log))
                    .isEqualTo(new Content(HardState.EMPTY, new LogPoint(10, 1), LogFixture.entries(2, 11, 11)));
        }
    }

    @Test
    void theLogRestartsAfterAnInstalledSnapshot() throws Exception {
        SnapshotMetadata metadata = new SnapshotMetadata(ConfState.ofVoters(List.of(1L, 2L, 3L)), 500, 4);
        try (DurableLog log = open(LogFixture.SMALL)) {
            appendEach(log, 1, 1, 60, 300);
            log.installSnapshot(metadata);
            log.append(new HardState(4, 0, 500), LogFixture.entries(4, 501, 502));
            log.sync();
            await().until(() -> segments().size() == 1);
        }
        try (DurableLog log = open(LogFixture.SMALL)) {
            assertThat(LogFixture.contentOf(log))
                    .isEqualTo(new Content(
                            new HardState(4, 0, 500), new LogPoint(500, 4), LogFixture.entries(4, 501, 502)));
            Snapshot snapshot = new Snapshot(metadata, new byte[0]);
            log.setSnapshot(snapshot);
            assertThat(log.snapshot()).isSameAs(snapshot);
        }
    }

    @Test
    void noCrashLeavesANodeThatKnowsALowerTermThanTheSnapshotBeforeItsLog() {
        try (DurableLog log = open()) {
            log.append(new HardState(3, 2, 5), LogFixture.entries(3, 1, 9));
            log.installSnapshot(new SnapshotMetadata(ConfState.EMPTY, 20, 7));
            log.sync();
        }
        try (DurableLog log = open()) {
            assertThat(log.initialHardState()).isEqualTo(new HardState(7, 0, 5));
            log.installSnapshot(new SnapshotMetadata(ConfState.EMPTY, 30, 6));
            log.sync();
        }
        try (DurableLog log = open()) {
            assertThat(log.initialHardState()).isEqualTo(new HardState(7, 0, 5));
        }
    }

    @Test
    void whatFellOutOfTheCacheIsLoadedAndAnnounced() {
        DurableLogOptions options =
                LogFixture.SMALL.withCacheBytes(2000).withLoadBytes(3000).withReadAheadBytes(7000);
        try (DurableLog log = open(options)) {
            appendEach(log, 1, 1, 200, 100);
            assertThatThrownBy(() -> log.entries(1, 2, 100))
                    .isInstanceOf(LogStorage.TemporarilyUnavailableException.class);
            await().until(() -> listener.loads.get() > 0);
            assertThat(log.entries(1, 2, 100)).isEqualTo(LogFixture.entries(1, 1, 1, 100));
            assertThat(LogFixture.contentOf(log).entries()).isEqualTo(LogFixture.entries(1, 1, 200, 100));
            assertThat(listener.faults).isEmpty();
        }
    }

    @Test
    void aLoadThatWasOvertakenByASupersedingSuffixIsVoid() {
        SimulatedFiles files = new SimulatedFiles();
        DurableLog log = LogFixture.open(files, LogFixture.SMALL.withCacheBytes(0));
        log.append(HardState.EMPTY, LogFixture.entries(1, 1, 10, 10));
        log.sync();
        files.onNextRead(() -> {
            log.append(HardState.EMPTY, LogFixture.entries(2, 5, 9, 10));
            log.sync();
        });
        List<Entry> expected = new ArrayList<>(LogFixture.entries(1, 1, 4, 10));
        expected.addAll(LogFixture.entries(2, 5, 9, 10));
        assertThatThrownBy(() -> log.entries(3, 11, Long.MAX_VALUE))
                .isInstanceOf(LogStorage.TemporarilyUnavailableException.class);
        assertThat(LogFixture.readSome(log, 5).get(0)).isEqualTo(expected.get(4));
        assertThat(LogFixture.contentOf(log).entries()).isEqualTo(expected);
    }

    @Test
    void aLoadLeavesAloneWhatWasWrittenSinceItBegan() {
        SimulatedFiles files = new SimulatedFiles();
        LogFixture.Listener sim = new LogFixture.Listener();
        DurableLogOptions options = LogFixture.SMALL.withCacheBytes(0);
        DurableLog log = DurableLog.open(files, LogFixture.IDENTITY, options, sim, Runnable::run);
        appendEach(log, 1, 1, 5, 10);
        files.onNextRead(() -> appendEach(log, 1, 6, 10, 10));
        assertThatThrownBy(() -> log.entries(3, 6, Long.MAX_VALUE))
                .isInstanceOf(LogStorage.TemporarilyUnavailableException.class);
        assertThat(sim.faults).isEmpty();
        assertThat(LogFixture.contentOf(log).entries()).isEqualTo(LogFixture.entries(1, 1, 10, 10));
    }

    @Test
    void anEntryLargerThanASegmentGetsASegmentOfItsOwn() {
        DurableLogOptions options = LogFixture.SMALL.withCacheBytes(1000);
        List<Entry> large = LogFixture.entries(1, 2, 2, 5_000_000);
        try (DurableLog log = open(options)) {
            log.append(HardState.EMPTY, LogFixture.entries(1, 1, 1));
            log.append(HardState.EMPTY, large);
            log.append(HardState.EMPTY, LogFixture.entries(1, 3, 3));
            log.sync();
            appendEach(log, 1, 4, 5, 100);
        }
        try (DurableLog log = open(options)) {
            assertThat(log.lastIndex()).isEqualTo(5);
            assertThat(LogFixture.contentOf(log).entries().get(1)).isEqualTo(large.get(0));
        }
    }

    @Test
    void aBatchThatGrowsTooLargeIsWrittenInParts() {
        DurableLogOptions options = LogFixture.SMALL.withBatchBytes(10_000).withCacheBytes(0);
        try (DurableLog log = open(options)) {
            log.append(new HardState(1, 1, 1), LogFixture.entries(1, 1, 100, 1000));
            log.append(HardState.EMPTY, LogFixture.entries(2, 50, 155, 1000));
            // What is in no part yet can't be loaded, however small the cache.
            assertThat(log.entries(154, 156, Long.MAX_VALUE)).isEqualTo(LogFixture.entries(2, 154, 155, 1000));
            log.sync();
        }
        List<Entry> expected = new ArrayList<>(LogFixture.entries(1, 1, 49, 1000));
        expected.addAll(LogFixture.entries(2, 50, 155, 1000));
        try (DurableLog log = open(options)) {
            assertThat(LogFixture.contentOf(log).entries()).isEqualTo(expected);
        }
    }

    @Test
    void aMillionEntriesAreReopenedWithinSeconds() {
        try (DurableLog log = open(DurableLogOptions.DEFAULTS)) {
            for (int from = 1; from < 1_000_000; from += 10_000) {
                log.append(new HardState(1, 0, from), LogFixture.entries(1, from, from + 9_999, 20));
                log.sync();
            }
        }
        long start = System.nanoTime();
        try (DurableLog log = open(DurableLogOptions.DEFAULTS)) {
            assertThat(log.lastIndex()).isEqualTo(1_000_000);
            assertThat(log.initialHardState().commit()).isEqualTo(990_001);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void aDirectoryThatIsInUseIsRefused() {
        try (DurableLog log = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(StorageInUseException.class)
                    .hasMessage("data directory " + directory + " is already in use by this process");
            assertThat(log.lastIndex()).isZero();
        }
        open().close();
    }

    @Test
    void aFileInThePlaceOfTheDirectoryIsNamed() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() ->
                        DurableLog.open(file.resolve("log"), LogFixture.IDENTITY, DurableLogOptions.DEFAULTS, listener))
                .isInstanceOf(StorageFailedException.class)
                .hasMessage(
                        "can't use the data directory " + file.resolve("log") + ": " + file + " is not a directory");
    }

    @Test
    void dataOfAnotherNodeOrClusterIsRefused() {
        open().close();
        LogIdentity other = new LogIdentity("bar", "1");
        assertThatThrownBy(() -> DurableLog.open(directory, other, DurableLogOptions.DEFAULTS, listener))
                .isInstanceOf(ForeignStorageException.class)
                .hasMessage("data in " + directory
                        + " belongs to node 0 of cluster lightraft, this is node 1 of cluster bar");
        // The refusal has let go of the lock.
        open().close();
    }

    @Test
    void aFormatOfANewerVersionIsRefused() throws Exception {
        open().close();
        Path segment = directory.resolve(Segment.nameOf(1));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        bytes.putInt(12, 2);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 4, SegmentHeader.BYTES - 4);
        bytes.putInt(0, (int) crc.getValue());
        Files.write(segment, bytes.array());
        assertThatThrownBy(this::open)
                .isInstanceOf(StorageFormatException.class)
                .hasMessage(segment + " has the format version 2, which is not known to this release (it knows 1);"
                        + " start a newer release");
    }

    @Test
    void unfinishedFilesOfACrashAreCleanedUp() throws Exception {
        Files.createDirectories(directory);
        Files.write(directory.resolve("new.tmp"), new byte[100]);
        Files.write(directory.resolve("prepared.tmp"), new byte[100]);
        open().close();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("lock", Segment.nameOf(1));
        }
    }

    /** The loop reads what the storage thread writes, while the third thread loads and deletes. */
    @Test
    void readersAndTheWriterDoNotDisturbEachOther() throws Exception {
        DurableLogOptions options =
                LogFixture.SMALL.withCacheBytes(20_000).withLoadBytes(4_000).withReadAheadBytes(20_000);
        AtomicReference<Throwable> failed = new AtomicReference<>();
        try (DurableLog log = open(options)) {
            Thread reader = new Thread(() -> {
                try {
                    readToEnd(log, 3000);
                } catch (Throwable e) {
                    failed.set(e);
                }
            });
            reader.start();
            for (int index = 1; index <= 3000; index += 3) {
                log.append(HardState.EMPTY, LogFixture.entries(1, index, index + 2, 50));
                log.sync();
                if (index % 300 == 1 && index > 1000) {
                    log.compactTo(index - 1000);
                }
            }
            reader.join(30_000);
            assertThat(reader.isAlive()).isFalse();
        }
        assertThat(failed.get()).isNull();
        assertThat(listener.faults).isEmpty();
    }

    private static void readToEnd(DurableLog log, long end) {
        long next = 1;
        while (next <= end) {
            try {
                long last = log.lastIndex();
                if (last < next) {
                    Thread.onSpinWait();
                    continue;
                }
                for (Entry entry : log.entries(next, last + 1, 2_000)) {
                    assertThat(entry)
                            .isEqualTo(LogFixture.entries(1, next, next, 50).get(0));
                    next++;
                }
            } catch (LogStorage.CompactedException e) {
                next = log.firstIndex();
            } catch (LogStorage.TemporarilyUnavailableException e) {
                Thread.onSpinWait();
            }
        }
    }

    private List<String> segments() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(Segment::isName)
                    .toList();
        }
    }

    private static void appendEach(DurableLog log, long term, long from, long to, int dataBytes) {
        for (long index = from; index <= to; index++) {
            log.append(HardState.EMPTY, LogFixture.entries(term, index, index, dataBytes));
            log.sync();
        }
    }

    private DurableLog open() {
        return open(DurableLogOptions.DEFAULTS);
    }

    private DurableLog open(DurableLogOptions options) {
        return DurableLog.open(directory, LogFixture.IDENTITY, options, listener);
    }
}
