package io.lightraft.storage;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import java.nio.ByteBuffer;

/** The frame that is being filled, and what it changes. Storage thread only. */
final class Batch {

    private static final int KEEP_BYTES = 8 << 20;
    private static final int START_BYTES = 1 << 16;

    private ByteBuffer frame = ByteBuffer.allocate(START_BYTES).position(FrameHeader.BYTES);
    private long firstIndex;
    private long lastIndex;

    boolean isEmpty() {
        return frame.position() == FrameHeader.BYTES;
    }

    int frameBytes() {
        return frame.position();
    }

    /** The first of the entries in here that hold, 0 when there is none. They reach to {@link #lastIndex}. */
    long firstIndex() {
        return firstIndex;
    }

    long lastIndex() {
        return lastIndex;
    }

    void hardState(HardState state) {
        FrameItems.putHardState(room(FrameItems.HARD_STATE_BYTES), state);
    }

    void entry(Entry entry) {
        FrameItems.putEntry(room(FrameItems.ENTRY_HEAD_BYTES + entry.data().length), entry);
        firstIndex = firstIndex == 0 ? entry.index() : Math.min(firstIndex, entry.index());
        lastIndex = entry.index();
    }

    void restart(LogPoint point) {
        FrameItems.putRestart(room(FrameItems.POINT_BYTES), point);
        firstIndex = 0;
    }

    void compaction(LogPoint point) {
        FrameItems.putCompaction(room(FrameItems.POINT_BYTES), point);
    }

    void seal() {
        FrameItems.putSeal(room(FrameItems.SEAL_BYTES));
    }

    /** The frame without its head, ready for {@link FrameHeader#seal}. */
    ByteBuffer frame() {
        return frame.duplicate().flip();
    }

    void clear() {
        frame = frame.capacity() > KEEP_BYTES ? ByteBuffer.allocate(START_BYTES) : frame;
        frame.clear().position(FrameHeader.BYTES);
        firstIndex = 0;
    }

    private ByteBuffer room(int bytes) {
        if (frame.remaining() < bytes) {
            long wanted = (long) frame.position() + bytes;
            long doubled = Math.min(2L * frame.capacity(), Integer.MAX_VALUE - 16L);
            frame = ByteBuffer.allocate(Math.toIntExact(Math.max(wanted, doubled)))
                    .put(frame.flip());
        }
        return frame;
    }
}
