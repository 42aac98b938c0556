package io.lightraft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the frames of one segment through a window that moves forward. For one thread. */
final class FrameReader {

    private final Segment segment;
    private final int windowBytes;

    /** Holds the file's bytes from {@code windowStart} on, up to its limit. */
    private ByteBuffer window = ByteBuffer.allocate(0);

    private long windowStart;

    FrameReader(Segment segment, int windowBytes) {
        this.segment = segment;
        this.windowBytes = windowBytes;
    }

    /** The head at {@code offset}, or null when none is there or its body would pass the end of the file. */
    @Nullable
    FrameHeader header(long offset) throws IOException {
        if (offset + FrameHeader.BYTES > fileBytes()) {
            return null;
        }
        int position = load(offset, FrameHeader.BYTES);
        FrameHeader header =
                FrameHeader.decode(window, position, segment.header().salt());
        return header == null || offset + FrameHeader.BYTES + header.length() > fileBytes() ? null : header;
    }

    /** The body behind a head, or null when it is damaged. Valid until the next call. */
    @Nullable
    ByteBuffer body(FrameHeader header, long offset) throws IOException {
        int position = load(offset + FrameHeader.BYTES, header.length());
        if (!header.hasBody(window.array(), position)) {
            return null;
        }
        return window.slice(position, header.length());
    }

    /** Whether a head of batch {@code least} or later stands anywhere from {@code from} on. */
    boolean hasHeaderOfBatch(long least, long from) throws IOException {
        for (long offset = from; offset + FrameHeader.BYTES <= fileBytes(); offset++) {
            int position = load(offset, FrameHeader.BYTES);
            long batch = FrameHeader.peekBatch(window, position);
            // A segment can't hold more batches than bytes; that spares most checksums.
            if (batch >= least
                    && batch < least + fileBytes()
                    && FrameHeader.decode(window, position, segment.header().salt()) != null) {
                return true;
            }
        }
        return false;
    }

    /** The offset of the last byte that isn't zero, at or after {@code from}; -1 when there is none. */
    long lastByteSet(long from) throws IOException {
        long last = -1;
        for (long offset = from; offset < fileBytes(); offset++) {
            if (window.get(load(offset, 1)) != 0) {
                last = offset;
            }
        }
        return last;
    }

    private long fileBytes() {
        return segment.header().fileBytes();
    }

    /** Sees to it that the window holds {@code count} bytes from {@code offset} on; answers where in it. */
    private int load(long offset, int count) throws IOException {
        if (offset < windowStart || offset + count > windowStart + window.limit()) {
            int bytes = (int) Math.min(Math.max(count, windowBytes), fileBytes() - offset);
            if (window.capacity() < bytes) {
                window = ByteBuffer.allocate(bytes);
            }
            window.clear().limit(bytes);
            segment.file().read(window, offset);
            windowStart = offset;
        }
        return (int) (offset - windowStart);
    }
}
