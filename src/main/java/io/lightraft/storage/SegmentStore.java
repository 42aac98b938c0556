package io.lightraft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open segments of a log: makes new ones, ahead of time where it can, and deletes old ones. Segments are created
 * on the storage thread; everything slow that can happen beside it is done on the maintenance thread.
 */
final class SegmentStore {

    private static final Logger log = LoggerFactory.getLogger(SegmentStore.class);
    private static final String NEW = "new" + Segment.UNFINISHED_SUFFIX;
    private static final String PREPARED = "prepared" + Segment.UNFINISHED_SUFFIX;
    private static final int ZEROS_BYTES = 1 << 20;

    private final LogFiles files;
    private final long segmentBytes;
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final AtomicReference<LogFiles.@Nullable OpenFile> prepared = new AtomicReference<>();
    private final AtomicBoolean preparing = new AtomicBoolean();

    /** Of the maintenance thread: an operator wants to hear of a full disk once, not with every batch. */
    private boolean warned;

    SegmentStore(LogFiles files, long segmentBytes) {
        this.files = files;
        this.segmentBytes = segmentBytes;
    }

    LogFiles files() {
        return files;
    }

    String describe(Segment segment) {
        return files.describe(segment.name());
    }

    void add(Segment segment) {
        segments.put(segment.number(), segment);
    }

    /** In the order of their numbers. */
    Collection<Segment> all() {
        return segments.values();
    }

    Segment get(long number) {
        Segment segment = segments.get(number);
        if (segment == null) {
            throw new IllegalStateException("segment " + number + " is not there");
        }
        return segment;
    }

    /**
     * A new segment of {@code leastBytes} or more, durable with its header and its name. Its blocks are allocated by
     * writing zeros, so that neither a full disk nor a change of the file's size can get in the way of a batch.
     *
     * @param header makes the header for a file of the given size
     */
    Segment create(LongFunction<SegmentHeader> header, long leastBytes) throws IOException {
        LogFiles.OpenFile file = leastBytes <= segmentBytes ? prepared.getAndSet(null) : null;
        String unfinished = file == null ? NEW : PREPARED;
        if (file == null) {
            file = allocate(NEW, Math.max(leastBytes, segmentBytes));
        }
        try {
            SegmentHeader head = header.apply(file.size());
            file.write(head.encode(), 0);
            file.sync();
            Segment segment = new Segment(head, Segment.nameOf(head.number()), file);
            files.rename(unfinished, segment.name());
            files.syncDirectory();
            add(segment);
            return segment;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Whether {@link #prepare} should be called soon; answers yes once. */
    boolean claimPreparation() {
        return prepared.get() == null && preparing.compareAndSet(false, true);
    }

    /** Allocates the next segment ahead of time. */
    void prepare() {
        try {
            prepared.set(allocate(PREPARED, segmentBytes));
            warned = false;
        } catch (IOException e) {
            if (warned) {
                return;
            }
            warned = true;
            // The storage thread tries again when it needs the segment, and reports what is wrong then.
            log.warn("can't prepare the next segment in {}: {}", files.describe(""), e.getMessage());
        } finally {
            preparing.set(false);
        }
    }

    /** Deletes the segments with lower numbers. */
    void deleteBefore(long number) {
        for (Segment segment : segments.headMap(number).values()) {
            try {
                segment.file().close();
                files.delete(segment.name());
                // One by one, oldest first: a gap after a crash would look like a lost segment.
                files.syncDirectory();
                segments.remove(segment.number());
            } catch (IOException e) {
                // It stays, and goes at the next start.
                log.warn("can't delete {}: {}", describe(segment), e.getMessage());
                return;
            }
        }
    }

    void close() throws IOException {
        LogFiles.OpenFile unused = prepared.getAndSet(null);
        if (unused != null) {
            unused.close();
        }
        for (Segment segment : segments.values()) {
            segment.file().close();
        }
        files.close();
    }

    private LogFiles.OpenFile allocate(String name, long bytes) throws IOException {
        files.delete(name);
        LogFiles.OpenFile file = create(name);
        try {
            fillWithZeros(file, 0, bytes);
            file.sync();
            return file;
        } catch (IOException e) {
            file.close();
            files.delete(name);
            throw NoRoomException.of(e);
        }
    }

    private LogFiles.OpenFile create(String name) throws IOException {
        try {
            return files.create(name);
        } catch (IOException e) {
            throw NoRoomException.of(e);
        }
    }

    static void fillWithZeros(LogFiles.OpenFile file, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(ZEROS_BYTES, Math.max(0, to - from)));
        for (long offset = from; offset < to; offset += zeros.capacity()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), to - offset));
            file.write(zeros, offset);
        }
    }
}
