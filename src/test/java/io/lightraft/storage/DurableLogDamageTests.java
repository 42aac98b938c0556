package io.lightraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.storage.LogFixture.Content;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Bytes that are not what was written: what may be cut off, and what must be refused. */
class DurableLogDamageTests {

    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.lightraft.storage");
    private static final String FIRST = Segment.nameOf(1);

    private final SimulatedFiles files = new SimulatedFiles();

    /** The log after each batch, the first before any. */
    private final List<Content> history = new ArrayList<>(List.of(Content.EMPTY));

    /** Where the last batch begins in the last segment, and where it ends. */
    private int lastBatchStart;

    private int lastBatchEnd;

    @BeforeAll
    static void silenceThousandsOfTornTails() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
    }

    @Test
    void aTornLastBatchIsCutOffWhereverItWasTorn() {
        writeBatches(6, 3);
        byte[] whole = files.content(FIRST);
        for (int cut = lastBatchStart; cut < lastBatchEnd; cut++) {
            byte[] torn = whole.clone();
            Arrays.fill(torn, cut, lastBatchEnd, (byte) 0);
            // A batch may end with zeros, which a cut does not change.
            Content expected = Arrays.equals(torn, whole) ? history.get(6) : history.get(5);
            assertThat(reopen(FIRST, torn)).as("cut at %s", cut).isEqualTo(expected);
        }
    }

    @Test
    void garbageBehindTheLastBatchIsCutOffAndZeroed() {
        writeBatches(3, 3);
        byte[] bytes = files.content(FIRST);
        Random random = new Random(1);
        byte[] garbage = new byte[bytes.length - lastBatchEnd];
        random.nextBytes(garbage);
        System.arraycopy(garbage, 0, bytes, lastBatchEnd, garbage.length);
        assertThat(reopen(FIRST, bytes)).isEqualTo(history.get(3));

        files.setContent(FIRST, bytes);
        LogFixture.open(files).close();
        files.crash(random);
        byte[] after = files.content(FIRST);
        assertThat(Arrays.copyOfRange(after, lastBatchEnd, after.length)).containsOnly(0);
    }

    @Test
    void aFlippedByteIsRefusedWithFileAndOffsetUnlessItLiesInTheLastBatch() {
        writeBatches(8, 3);
        byte[] whole = files.content(FIRST);
        for (int position = 0; position < whole.length; position++) {
            byte[] flipped = whole.clone();
            flipped[position] ^= (byte) (1 << position % 8);
            if (position < lastBatchStart) {
                SimulatedFiles copy = files.copy();
                copy.setContent(FIRST, flipped);
                assertThatThrownBy(() -> LogFixture.open(copy))
                        .as("flipped at %s", position)
                        .isInstanceOf(StorageDamagedException.class)
                        .hasMessageMatching("sim/" + FIRST + " is damaged at offset \\d+: .*");
            } else {
                Content expected = history.get(position < lastBatchEnd ? 7 : 8);
                assertThat(reopen(FIRST, flipped)).as("flipped at %s", position).isEqualTo(expected);
            }
        }
    }

    @Test
    void theOffsetOfTheRefusalIsThatOfTheDamagedBatch() {
        writeBatches(1, 3);
        int secondBatch = lastBatchEnd;
        writeBatches(3, 3);
        byte[] bytes = files.content(FIRST);
        bytes[secondBatch + 30] ^= 1;
        files.setContent(FIRST, bytes);
        assertThatThrownBy(() -> LogFixture.open(files))
                .hasMessageStartingWith("sim/" + FIRST + " is damaged at offset " + secondBatch + ": ");
    }

    @Test
    void aFlippedByteInAnEarlierSegmentIsNeverCutOff() {
        writeBatches(60, 400);
        assertThat(segments()).hasSizeGreaterThan(2);
        byte[] whole = files.content(FIRST);
        Random random = new Random(2);
        for (int tries = 0; tries < 500; tries++) {
            int position = random.nextInt(whole.length);
            byte[] flipped = whole.clone();
            flipped[position] ^= 0x40;
            SimulatedFiles copy = files.copy();
            copy.setContent(FIRST, flipped);
            try {
                // Behind the last batch there are zeros, and the mark that the next segment exists: no loss.
                assertThat(LogFixture.contentOf(LogFixture.open(copy))).isEqualTo(history.get(60));
            } catch (StorageDamagedException e) {
                assertThat(e).hasMessageStartingWith("sim/" + FIRST + " is damaged at offset ");
            }
        }
    }

    @Test
    void aSegmentThatWasCutShortIsRefusedEvenWhenItIsTheLast() {
        writeBatches(60, 400);
        for (String name : segments()) {
            byte[] whole = files.content(name);
            for (int length : new int[] {0, 100, SegmentHeader.BYTES, whole.length - 1}) {
                SimulatedFiles copy = files.copy();
                copy.setContent(name, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> LogFixture.open(copy))
                        .isInstanceOf(StorageDamagedException.class)
                        .hasMessageStartingWith("sim/" + name + " is damaged at offset " + length + ": the file");
            }
        }
    }

    @Test
    void aMissingSegmentIsNamedWhetherItIsTheFirstTheLastOrBetween() {
        writeBatches(60, 400);
        for (String name : segments()) {
            SimulatedFiles copy = files.copy();
            copy.remove(name);
            assertThatThrownBy(() -> LogFixture.open(copy))
                    .isInstanceOf(StorageDamagedException.class)
                    .hasMessageStartingWith("sim/" + name + " is missing: ");
        }
    }

    @Test
    void aSegmentOfAnEarlierLifeIsNotTakenForThisOnes() {
        writeBatches(60, 400);
        SimulatedFiles other = new SimulatedFiles();
        DurableLog log = LogFixture.open(other);
        for (int i = 1; i <= 60; i++) {
            log.append(HardState.EMPTY, LogFixture.entries(1, i, i, 400));
            log.sync();
        }
        String second = Segment.nameOf(2);
        files.setContent(second, other.content(second));
        assertThatThrownBy(() -> LogFixture.open(files)).isInstanceOf(StorageDamagedException.class);
    }

    // A user may store a copy of a log in a blob: within a torn batch it must not look like later batches.
    @Test
    void bytesOfAnotherLogInsideATornBatchAreNoEvidenceOfRot() {
        writeBatches(8, 3);
        byte[] copyOfALog = files.content(FIRST);
        SimulatedFiles other = new SimulatedFiles();
        DurableLogOptions options = LogFixture.SMALL.withSegmentBytes(65536);
        DurableLog log = LogFixture.open(other, options);
        log.append(new HardState(1, 0, 0), List.of());
        log.sync();
        log.append(HardState.EMPTY, List.of(Entry.normal(1, 1, copyOfALog)));
        log.sync();
        byte[] bytes = other.content(FIRST);
        bytes[SegmentHeader.BYTES + 100] ^= 1;
        other.setContent(FIRST, bytes);
        assertThat(LogFixture.open(other, options).lastIndex()).isZero();
    }

    @Test
    void rotUnderALoadIsReportedAndNeverReturned() {
        DurableLogOptions options = LogFixture.SMALL.withCacheBytes(0);
        LogFixture.Listener listener = new LogFixture.Listener();
        DurableLog log = DurableLog.open(files, LogFixture.IDENTITY, options, listener, Runnable::run);
        for (int i = 1; i <= 5; i++) {
            log.append(HardState.EMPTY, LogFixture.entries(1, i, i, 100));
            log.sync();
        }
        files.flipInPlace(FIRST, SegmentHeader.BYTES + 60);
        assertThatThrownBy(() -> log.entries(1, 3, Long.MAX_VALUE))
                .isInstanceOf(DurableLog.TemporarilyUnavailableException.class);
        assertThat(listener.faults)
                .singleElement()
                .satisfies(fault -> assertThat(fault)
                        .hasMessageStartingWith("sim/" + FIRST + " is damaged at offset " + SegmentHeader.BYTES));
    }

    private List<String> segments() {
        return files.list().stream().filter(Segment::isName).toList();
    }

    private Content reopen(String name, byte[] bytes) {
        SimulatedFiles copy = files.copy();
        copy.setContent(name, bytes);
        return LogFixture.contentOf(LogFixture.open(copy));
    }

    private void writeBatches(int count, int dataBytes) {
        DurableLog log = LogFixture.open(files);
        Content content = history.get(history.size() - 1);
        for (int i = 0; i < count; i++) {
            long first = log.lastIndex() + 1;
            HardState state = new HardState(1, 2, first);
            List<Entry> entries = LogFixture.entries(1, first, first + 1, dataBytes);
            log.append(state, entries);
            log.sync();
            content = content.with(state).append(entries);
            history.add(content);
        }
        log.close();
        String last = segments().get(segments().size() - 1);
        lastBatchEnd = endOfContent(files.content(last));
        int body = FrameItems.HARD_STATE_BYTES + 2 * (FrameItems.ENTRY_HEAD_BYTES + dataBytes);
        lastBatchStart = lastBatchEnd - FrameHeader.BYTES - body;
    }

    private static int endOfContent(byte[] bytes) {
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }
}
