package io.lightraft.sql;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Commands as bytes: a version, flags, then statements with their values, each value behind a byte that tells its
 * kind. Lengths are counted in bytes and written as unsigned varints, other numbers big-endian. The log keeps these
 * bytes, so a change needs a new version.
 */
final class CommandCodec {

    static final int FORMAT_VERSION = 1;

    private static final int ATOMIC = 1;
    private static final int HAS_ROWID = 2;
    private static final int HAS_KEY = 4;
    private static final int RECORDED = 8;
    private static final int HAS_CHANGES = 16;

    private static final byte NULL = 0;
    private static final byte INTEGER = 1;
    private static final byte REAL = 2;
    private static final byte TEXT = 3;
    private static final byte BLOB = 4;

    private CommandCodec() {}

    /** @throws IllegalArgumentException for text that is not Unicode, or a value of a type that SQLite has not */
    static byte[] encode(Command command) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeByte(FORMAT_VERSION);
            Long rowid = command.sessionRowid();
            IdempotencyKey key = command.key();
            Recording recording = command.recording();
            out.writeByte((command.atomic() ? ATOMIC : 0)
                    | (rowid != null ? HAS_ROWID : 0)
                    | (key != null ? HAS_KEY : 0)
                    | (recording != null ? RECORDED : 0)
                    | (command.sessionChanges() != 0 ? HAS_CHANGES : 0));
            if (rowid != null) {
                out.writeLong(rowid);
            }
            if (command.sessionChanges() != 0) {
                out.writeLong(command.sessionChanges());
            }
            if (key != null) {
                writeText(out, key.text());
                writeText(out, key.requestHash());
            }
            if (recording != null) {
                writeRecording(out, recording);
            }
            writeVarint(out, command.statements().size());
            for (Statement statement : command.statements()) {
                writeText(out, statement.sql());
                writeVarint(out, statement.positional().size());
                for (Object value : statement.positional()) {
                    writeValue(out, value);
                }
                writeVarint(out, statement.named().size());
                for (Map.Entry<String, @Nullable Object> entry :
                        statement.named().entrySet()) {
                    writeText(out, entry.getKey());
                    writeValue(out, entry.getValue());
                }
            }
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text holds half of a surrogate pair; it can't be stored as UTF-8", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no command of a version known here */
    static Command decode(ByteBuffer bytes) {
        ByteBuffer in = bytes.slice();
        int version = take(in, 1).get();
        if (version != FORMAT_VERSION) {
            throw new IllegalArgumentException("command format version " + version + " is not known to this release (it"
                    + " knows " + FORMAT_VERSION + "); start a newer release");
        }
        int flags = take(in, 1).get();
        if ((flags & ~(ATOMIC | HAS_ROWID | HAS_KEY | RECORDED | HAS_CHANGES)) != 0) {
            throw new IllegalArgumentException("unknown flags " + flags + " in a command");
        }
        Long rowid = (flags & HAS_ROWID) != 0 ? take(in, 8).getLong() : null;
        long changes = (flags & HAS_CHANGES) != 0 ? take(in, 8).getLong() : 0;
        IdempotencyKey key = (flags & HAS_KEY) != 0 ? new IdempotencyKey(readText(in), readText(in)) : null;
        Recording recording = (flags & RECORDED) != 0 ? readRecording(in) : null;
        int count = readCount(in);
        List<Statement> statements = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            statements.add(readStatement(in));
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes too many behind a command");
        }
        if (recording != null && recording.moments().size() != count) {
            throw new IllegalArgumentException("a recorded command of " + count + " statements has "
                    + recording.moments().size() + " moments");
        }
        return new Command(statements, (flags & ATOMIC) != 0, rowid, key, recording, changes);
    }

    private static void writeRecording(DataOutputStream out, Recording recording) throws IOException {
        out.writeLong(recording.base());
        out.writeLong(recording.digest());
        writeVarint(out, recording.moments().size());
        for (Recording.Moment moment : recording.moments()) {
            out.writeLong(moment.clockMillis());
            out.writeLong(moment.seed());
        }
    }

    private static Recording readRecording(ByteBuffer in) {
        long base = take(in, 8).getLong();
        long digest = take(in, 8).getLong();
        int count = readCount(in);
        List<Recording.Moment> moments = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            moments.add(new Recording.Moment(take(in, 8).getLong(), take(in, 8).getLong()));
        }
        return new Recording(base, digest, moments);
    }

    private static Statement readStatement(ByteBuffer in) {
        String sql = readText(in);
        int positionals = readCount(in);
        List<@Nullable Object> positional = new ArrayList<>(positionals);
        for (int i = 0; i < positionals; i++) {
            positional.add(readValue(in));
        }
        int names = readCount(in);
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (int i = 0; i < names; i++) {
            named.put(readText(in), readValue(in));
        }
        return new Statement(sql, positional, named);
    }

    static void writeValue(DataOutputStream out, @Nullable Object value) throws IOException {
        if (value == null) {
            out.writeByte(NULL);
        } else if (value instanceof Long number) {
            out.writeByte(INTEGER);
            out.writeLong(number);
        } else if (value instanceof Double number) {
            out.writeByte(REAL);
            out.writeLong(Double.doubleToRawLongBits(number));
        } else if (value instanceof String text) {
            out.writeByte(TEXT);
            writeText(out, text);
        } else if (value instanceof byte[] blob) {
            out.writeByte(BLOB);
            writeVarint(out, blob.length);
            out.write(blob);
        } else {
            throw new IllegalArgumentException("a parameter can't be a " + value.getClass());
        }
    }

    static @Nullable Object readValue(ByteBuffer in) {
        byte kind = take(in, 1).get();
        return switch (kind) {
            case NULL -> null;
            case INTEGER -> take(in, 8).getLong();
            case REAL -> Double.longBitsToDouble(take(in, 8).getLong());
            case TEXT -> readText(in);
            case BLOB -> readBytes(in);
            default -> throw new IllegalArgumentException("unknown kind of value " + kind + " in a command");
        };
    }

    static void writeText(DataOutputStream out, String text) throws IOException {
        ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        writeVarint(out, utf8.remaining());
        out.write(utf8.array(), utf8.arrayOffset(), utf8.remaining());
    }

    static String readText(ByteBuffer in) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(readBytes(in)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("text in a command is not UTF-8", e);
        }
    }

    private static byte[] readBytes(ByteBuffer in) {
        byte[] bytes = new byte[readCount(in)];
        in.get(bytes);
        return bytes;
    }

    static void writeVarint(DataOutputStream out, int value) throws IOException {
        int rest = value;
        while (rest >>> 7 != 0) {
            out.writeByte(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    /** A length or count; whatever is counted takes at least a byte, so what is left bounds it. */
    static int readCount(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte b = take(in, 1).get();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                if (value > in.remaining()) {
                    throw new IllegalArgumentException("a command ends too early: " + value
                            + " of something announced, " + in.remaining() + " bytes left");
                }
                return (int) value;
            }
        }
        throw new IllegalArgumentException("a length in a command is too long");
    }

    static ByteBuffer take(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw new IllegalArgumentException("a command ends too early");
        }
        return in;
    }
}
