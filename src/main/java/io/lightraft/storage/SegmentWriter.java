package io.lightraft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Writes frames at the end of the log, and begins a new segment where one doesn't fit: a frame never crosses a
 * boundary. Storage thread only; of no use after an exception.
 */
final class SegmentWriter {

    private static final int SEAL_FRAME_BYTES = FrameHeader.BYTES + FrameItems.SEAL_BYTES;

    private final SegmentStore store;
    private final LogIdentity identity;
    private final SecureRandom salts = new SecureRandom();
    private Segment tail;
    private long position;
    private long lastBatch;
    private int chain;

    /** @param position where the next frame goes, in {@code tail} */
    SegmentWriter(SegmentStore store, LogIdentity identity, Segment tail, long position, long lastBatch, int chain) {
        this.store = store;
        this.identity = identity;
        this.tail = tail;
        this.position = position;
        this.lastBatch = lastBatch;
        this.chain = chain;
    }

    /** Begins a log that holds nothing. */
    static SegmentWriter first(SegmentStore store, LogIdentity identity) throws IOException {
        long salt = new SecureRandom().nextLong();
        Segment tail = store.create(
                bytes -> new SegmentHeader(
                        1,
                        bytes,
                        identity,
                        DurableState.START.hardState(),
                        DurableState.START.compacted(),
                        DurableState.START.last(),
                        0,
                        0,
                        salt),
                SegmentHeader.BYTES);
        return new SegmentWriter(store, identity, tail, SegmentHeader.BYTES, 0, 0);
    }

    /**
     * Makes a batch durable.
     *
     * @param before what the log amounts to without the batch
     * @return where the frame is, see {@link Segment#location}
     */
    long write(Batch batch, DurableState before) throws IOException {
        if (position + batch.frameBytes() + SEAL_FRAME_BYTES > tail.header().fileBytes()) {
            roll(batch.frameBytes(), before);
        }
        long location = tail.location(position);
        writeFrame(batch);
        lastBatch++;
        return location;
    }

    long tailNumber() {
        return tail.number();
    }

    boolean isHalfFull() {
        return position > tail.header().fileBytes() / 2;
    }

    private void roll(long frameBytes, DurableState before) throws IOException {
        long salt = salts.nextLong();
        Segment next = store.create(
                bytes -> new SegmentHeader(
                        tail.number() + 1,
                        bytes,
                        identity,
                        before.hardState(),
                        before.compacted(),
                        before.last(),
                        lastBatch,
                        chain,
                        salt),
                SegmentHeader.BYTES + frameBytes + SEAL_FRAME_BYTES);
        // From now on the start can tell when the next segment, and all that it holds, was lost.
        int chainBeforeSeal = chain;
        Batch seal = new Batch();
        seal.seal();
        writeFrame(seal);
        chain = chainBeforeSeal;
        tail = next;
        position = SegmentHeader.BYTES;
    }

    private void writeFrame(Batch batch) throws IOException {
        ByteBuffer frame = batch.frame();
        int checksum = FrameHeader.seal(frame, tail.header().salt(), chain, lastBatch + 1);
        tail.file().write(frame, position);
        tail.file().sync();
        position += frame.limit();
        chain = checksum;
    }
}
