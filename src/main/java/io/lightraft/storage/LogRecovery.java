package io.lightraft.storage;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log from its first to its last byte when it is opened, and decides what a damaged place means.
 *
 * <p>Batch n + 1 is written only after the fsync of batch n has returned. So damage at batch n with the head of a
 * later batch, or a later segment, behind it is rot of what was acknowledged: the log is refused.
 * Any other damage is the end of a batch that nobody was promised: it is cut off.
 */
final class LogRecovery {

    private static final Logger log = LoggerFactory.getLogger(LogRecovery.class);
    private static final int WINDOW_BYTES = 1 << 20;

    private final SegmentStore store;
    private final LogFiles files;
    private final LogIdentity identity;
    private final DurableLogOptions options;
    private long lastBatch;
    private int chain;

    /** What was found; {@code writer} goes on where it ends. */
    record Recovered(LogMemory memory, DurableState state, SegmentWriter writer) {}

    LogRecovery(SegmentStore store, LogIdentity identity, DurableLogOptions options) {
        this.store = store;
        this.files = store.files();
        this.identity = identity;
        this.options = options;
    }

    Recovered run() throws IOException {
        openSegments();
        if (store.all().isEmpty()) {
            SegmentWriter writer = SegmentWriter.first(store, identity);
            return new Recovered(new LogMemory(options, LogPoint.START, 0), DurableState.START, writer);
        }
        List<Segment> segments = new ArrayList<>(store.all());
        SegmentHeader first = segments.get(0).header();
        Replay replay = new Replay(first);
        lastBatch = first.lastBatch();
        chain = first.chain();
        for (int i = 0; i + 1 < segments.size(); i++) {
            replayInner(segments.get(i), segments.get(i + 1), replay);
        }
        Segment tail = segments.get(segments.size() - 1);
        long end = replayTail(tail, replay);
        if (!replay.memory.isWhole()) {
            throw StorageDamagedException.missing(
                    files.describe(Segment.nameOf(first.number() - 1)), "entries that are still needed are not there");
        }
        DurableState state = new DurableState(replay.hardState, replay.memory.compacted(), replay.memory.last());
        store.deleteBefore(Math.min(replay.memory.oldestNeededSegment(), tail.number()));
        return new Recovered(replay.memory, state, new SegmentWriter(store, identity, tail, end, lastBatch, chain));
    }

    private void openSegments() throws IOException {
        long previous = 0;
        for (String name : files.list()) {
            if (name.endsWith(Segment.UNFINISHED_SUFFIX)) {
                files.delete(name);
            } else if (Segment.isName(name)) {
                long number = Segment.numberIn(name);
                if (previous != 0 && number != previous + 1) {
                    throw StorageDamagedException.missing(
                            files.describe(Segment.nameOf(previous + 1)), "segments before and after it are there");
                }
                store.add(openSegment(name, number));
                previous = number;
            }
        }
        // A name that a crash left in memory only must not vanish later, when others have relied on it.
        files.syncDirectory();
    }

    private Segment openSegment(String name, long number) throws IOException {
        String path = files.describe(name);
        LogFiles.OpenFile file = files.open(name);
        try {
            if (file.size() < SegmentHeader.BYTES) {
                throw StorageDamagedException.at(path, file.size(), "the file was cut off there");
            }
            ByteBuffer block = ByteBuffer.allocate(SegmentHeader.BYTES);
            file.read(block, 0);
            SegmentHeader header = SegmentHeader.decode(block, path);
            if (!header.identity().equals(identity)) {
                throw new ForeignStorageException("data in " + files.describe("") + " belongs to "
                        + header.identity().describe() + ", this is " + identity.describe());
            }
            if (header.number() != number) {
                throw StorageDamagedException.at(path, 0, "this is segment " + header.number() + " by its header");
            }
            // A crash can't shorten it: the length was durable before the file had its name.
            if (file.size() != header.fileBytes()) {
                throw StorageDamagedException.at(
                        path, file.size(), "the file ends there, but was made " + header.fileBytes() + " bytes long");
            }
            return new Segment(header, name, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void replayInner(Segment segment, Segment next, Replay replay) throws IOException {
        FrameReader reader = new FrameReader(segment, WINDOW_BYTES);
        long offset = SegmentHeader.BYTES;
        while (lastBatch < next.header().lastBatch()) {
            FrameHeader frame = replayFrame(segment, reader, offset, replay);
            if (frame == null) {
                throw damaged(segment, offset, "a later segment shows that more was written here");
            }
            offset += FrameHeader.BYTES + frame.length();
        }
        if (lastBatch != next.header().lastBatch() || chain != next.header().chain()) {
            throw damaged(next, 0, "it does not continue the segment before it");
        }
    }

    /** Answers where the log ends. */
    private long replayTail(Segment tail, Replay replay) throws IOException {
        FrameReader reader = new FrameReader(tail, WINDOW_BYTES);
        long offset = SegmentHeader.BYTES;
        long lastFrame = offset;
        FrameHeader frame;
        while ((frame = replayFrame(tail, reader, offset, replay)) != null) {
            lastFrame = offset;
            offset += FrameHeader.BYTES + frame.length();
        }
        if (replay.sealed) {
            throw StorageDamagedException.missing(
                    files.describe(Segment.nameOf(tail.number() + 1)), "the segment before it says that it follows");
        }
        if (reader.hasHeaderOfBatch(lastBatch + 2, offset)) {
            throw damaged(tail, offset, "later batches are there, so this is no torn write at the end of the log");
        }
        long lastByteSet = reader.lastByteSet(offset);
        if (lastByteSet >= 0) {
            log.warn(
                    "cut off a torn batch, never acknowledged: bytes {} to {} of {}",
                    offset,
                    lastByteSet,
                    store.describe(tail));
            SegmentStore.fillWithZeros(tail.file(), offset, lastByteSet + 1);
        }
        makeDurable(tail, lastFrame, offset);
        return offset;
    }

    /**
     * The last batch may be in the page cache only: killed before its fsync, or the fsync failed and the kernel took
     * the pages for clean. Writing the same bytes again makes the coming fsync mean it.
     */
    private static void makeDurable(Segment tail, long from, long to) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(Math.toIntExact(to - from));
        tail.file().read(frame, from);
        tail.file().write(frame.flip(), from);
        tail.file().sync();
    }

    /** Null when there is no whole frame of the next batch. */
    private @Nullable FrameHeader replayFrame(Segment segment, FrameReader reader, long offset, Replay replay)
            throws IOException {
        FrameHeader header = reader.header(offset);
        if (header == null || header.batch() != lastBatch + 1 || header.previous() != chain) {
            return null;
        }
        ByteBuffer body = reader.body(header, offset);
        if (body == null) {
            return null;
        }
        try {
            replay.frame(body, segment.location(offset));
        } catch (RuntimeException e) {
            throw damaged(segment, offset, "its checksum is right, its content is not: " + e.getMessage());
        }
        lastBatch = header.batch();
        chain = header.checksum();
        return header;
    }

    private StorageDamagedException damaged(Segment segment, long offset, String what) {
        return StorageDamagedException.at(store.describe(segment), offset, what);
    }

    /** Does again what the frames say. */
    private final class Replay implements FrameItems.Reader {

        private final LogMemory memory;
        private HardState hardState;
        private boolean sealed;
        private long firstInFrame;

        Replay(SegmentHeader first) {
            memory = new LogMemory(options, first.compacted(), first.last().index());
            hardState = first.hardState();
        }

        void frame(ByteBuffer body, long location) {
            firstInFrame = 0;
            FrameItems.read(body, this);
            if (firstInFrame != 0) {
                memory.written(firstInFrame, memory.lastIndex(), location);
            }
        }

        @Override
        public void hardState(HardState state) {
            hardState = state;
        }

        @Override
        public void entry(Entry entry) {
            List<Entry> one = List.of(entry);
            memory.requireFits(one);
            memory.append(one);
            firstInFrame = firstInFrame == 0 ? entry.index() : Math.min(firstInFrame, entry.index());
        }

        @Override
        public void restart(LogPoint point) {
            memory.restart(point);
            firstInFrame = 0;
        }

        @Override
        public void compaction(LogPoint point) {
            memory.compact(point);
        }

        @Override
        public void seal() {
            sealed = true;
        }
    }
}
