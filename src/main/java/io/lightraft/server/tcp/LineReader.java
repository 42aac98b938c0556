package io.lightraft.server.tcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a client sends into lines that end in LF or CRLF, decoded as UTF-8. Holds at most one line of the longest
 * length allowed. Confined to its session's thread.
 */
final class LineReader {

    /** The client sent more than is allowed before the end of a line or statement; says so in words for the client. */
    static final class TooLongException extends IOException {
        TooLongException(String message) {
            super(message);
        }
    }

    private static final int CHUNK_BYTES = 8192;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final int maxLineBytes;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int position;
    private int limit;
    private ByteArrayOutputStream begun = new ByteArrayOutputStream(0);
    private boolean atStart = true;

    LineReader(InputStream in, int maxLineBytes) {
        this.in = in;
        this.maxLineBytes = maxLineBytes;
    }

    /** The next whole line, null when the input has ended. */
    @Nullable
    Line readLine() throws IOException {
        while (true) {
            int from = position;
            while (position < limit && chunk[position] != '\n') {
                position++;
            }
            if (begun.size() + position - from > maxLineBytes) {
                throw new TooLongException(
                        "the line is longer than " + maxLineBytes + " bytes. Nothing of it was run.");
            }
            begun.write(chunk, from, position - from);
            if (position < limit) {
                position++;
                return finish();
            }
            position = 0;
            limit = Math.max(0, in.read(chunk));
            if (limit == 0) {
                return null;
            }
        }
    }

    /** Whether the input ended within a line. */
    boolean endedWithinLine() {
        return begun.size() > 0;
    }

    private Line finish() {
        byte[] bytes = begun.toByteArray();
        // A new buffer rather than reset(), so that one long line does not occupy memory for the session's life.
        begun = new ByteArrayOutputStream(0);
        int from = atStart && startsWithByteOrderMark(bytes) ? BYTE_ORDER_MARK.length : 0;
        atStart = false;
        int length = bytes.length - from;
        if (length > 0 && bytes[bytes.length - 1] == '\r') {
            length--;
        }
        return decode(bytes, from, length);
    }

    private static boolean startsWithByteOrderMark(byte[] bytes) {
        int length = BYTE_ORDER_MARK.length;
        return bytes.length >= length && Arrays.equals(bytes, 0, length, BYTE_ORDER_MARK, 0, length);
    }

    private static Line decode(byte[] bytes, int from, int length) {
        ByteBuffer input = ByteBuffer.wrap(bytes, from, length).slice();
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(input).toString();
            int nul = text.indexOf('\0');
            return new Line(
                    text, nul < 0 ? null : "a NUL character at position " + (nul + 1) + ". Nothing of it was run.");
        } catch (CharacterCodingException e) {
            int at = input.position();
            String problem = "not UTF-8: byte 0x%02X at position %d. Nothing of it was run.";
            return new Line(
                    new String(bytes, from, length, StandardCharsets.UTF_8),
                    problem.formatted(input.get(at) & 0xFF, at + 1));
        }
    }
}
