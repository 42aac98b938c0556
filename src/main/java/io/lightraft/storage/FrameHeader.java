package io.lightraft.storage;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The head of a frame. A frame is one batch: what one write and one fsync made durable. Its body is a list of
 * {@link FrameItems}.
 *
 * <p>The checksum covers the segment's salt and the rest of the head; through {@code bodyChecksum} and
 * {@code previous} it covers the body and all frames before. So a head can be told from chance bytes wherever it
 * stands, and one of batch n + 1 proves that the fsync of batch n had returned.
 *
 * @param checksum this frame's, which the next one is chained to
 * @param previous the checksum of the frame before
 * @param length of the body, at least 1
 * @param batch counts the batches of the log without gaps
 */
record FrameHeader(int checksum, int bodyChecksum, int previous, int length, long batch) {

    static final int BYTES = 24;

    private static final int CRC_BYTES = 4;
    private static final int BATCH_OFFSET = 16;

    /** Puts the head before the body that {@code frame} already holds from {@link #BYTES} to its limit. */
    static int seal(ByteBuffer frame, long salt, int previous, long batch) {
        int length = frame.limit() - BYTES;
        frame.putInt(4, checksum(frame.array(), BYTES, length));
        frame.putInt(8, previous);
        frame.putInt(12, length);
        frame.putLong(BATCH_OFFSET, batch);
        int checksum = headChecksum(frame, 0, salt);
        frame.putInt(0, checksum);
        return checksum;
    }

    /** The head at {@code position} of an array-backed buffer, or null when there is none. */
    static @Nullable FrameHeader decode(ByteBuffer buffer, int position, long salt) {
        int checksum = buffer.getInt(position);
        int length = buffer.getInt(position + 12);
        if (length < 1 || checksum != headChecksum(buffer, position, salt)) {
            return null;
        }
        return new FrameHeader(
                checksum,
                buffer.getInt(position + 4),
                buffer.getInt(position + 8),
                length,
                buffer.getLong(position + BATCH_OFFSET));
    }

    /** A cheap look, for a search at every byte: what would be the batch number of a head at {@code position}. */
    static long peekBatch(ByteBuffer buffer, int position) {
        return buffer.getLong(position + BATCH_OFFSET);
    }

    boolean hasBody(byte[] bytes, int offset) {
        return bodyChecksum == checksum(bytes, offset, length);
    }

    private static int headChecksum(ByteBuffer buffer, int position, long salt) {
        CRC32C crc = new CRC32C();
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            crc.update((int) (salt >>> shift));
        }
        crc.update(buffer.array(), buffer.arrayOffset() + position + CRC_BYTES, BYTES - CRC_BYTES);
        return (int) crc.getValue();
    }

    private static int checksum(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
