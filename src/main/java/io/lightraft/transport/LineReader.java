package io.lightraft.transport;

import java.io.IOException;
import java.io.InputStream;

/** Splits a stream into lines, in a buffer that never outgrows the longest line allowed. One thread only. */
final class LineReader {

    private static final int USUAL_BYTES = 64 << 10;
    /** A buffer that a rare long line has blown up past this is given back. */
    private static final int KEPT_BYTES = 1 << 20;

    private final InputStream in;
    private final int maxLineBytes;
    private final Runnable onRead;
    private byte[] buffer;
    private int lineStart;
    private int lineEnd;
    /** The bytes from here to {@code end} were read but belong to later lines. */
    private int next;

    private int end;

    /** @param onRead called whenever anything arrived, be it only a part of a line */
    LineReader(InputStream in, int maxLineBytes, Runnable onRead) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
        this.onRead = onRead;
        this.buffer = new byte[Math.min(USUAL_BYTES, maxLineBytes + 1)];
    }

    /**
     * Waits for the next line, which then stands in {@link #buffer()} until the next call.
     *
     * @return false at the stream's end; a last line without its line feed is dropped
     * @throws ProtocolException when the line is longer than allowed
     */
    boolean next() throws IOException {
        int scanned = next;
        while (true) {
            for (int i = scanned; i < end; i++) {
                if (buffer[i] == '\n') {
                    lineStart = next;
                    lineEnd = i;
                    next = i + 1;
                    return true;
                }
            }
            int partial = end - next;
            if (partial > maxLineBytes) {
                throw new ProtocolException("a line longer than " + maxLineBytes + " bytes");
            }
            makeRoom(partial);
            scanned = partial;
            int count = in.read(buffer, end, buffer.length - end);
            if (count < 0) {
                return false;
            }
            end += count;
            onRead.run();
        }
    }

    byte[] buffer() {
        return buffer;
    }

    int offset() {
        return lineStart;
    }

    int length() {
        return lineEnd - lineStart;
    }

    /** Moves the partial line to the front and sees to it that at least one more byte fits behind it. */
    private void makeRoom(int partial) {
        byte[] target = buffer;
        if (partial == buffer.length) {
            target = new byte[(int) Math.min(partial * 2L, maxLineBytes + 1L)];
        } else if (buffer.length > KEPT_BYTES && partial <= USUAL_BYTES / 2) {
            target = new byte[USUAL_BYTES];
        }
        if (target != buffer || next > 0) {
            System.arraycopy(buffer, next, target, 0, partial);
        }
        buffer = target;
        next = 0;
        end = partial;
    }
}
