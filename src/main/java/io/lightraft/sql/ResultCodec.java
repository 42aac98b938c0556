package io.lightraft.sql;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The results of a write as bytes, to be kept with its idempotency key. Numbers and values as in {@link CommandCodec}. */
final class ResultCodec {

    private static final byte FORMAT_VERSION = 1;

    private static final byte CHANGED = 1;
    private static final byte ROWS = 2;
    private static final byte FAILED = 3;

    private ResultCodec() {}

    /** @return null when it would be longer than {@code maxBytes} */
    static byte @Nullable [] encode(List<StatementResult> results, int maxBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeByte(FORMAT_VERSION);
            CommandCodec.writeVarint(out, results.size());
            for (StatementResult result : results) {
                if (!write(out, result, maxBytes)) {
                    return null;
                }
            }
        } catch (CharacterCodingException e) {
            return null; // half a surrogate pair, which only a function of ours could return
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.size() > maxBytes ? null : bytes.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are no results of a version known here */
    static List<StatementResult> decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int version = CommandCodec.take(in, 1).get();
        if (version != FORMAT_VERSION) {
            throw new IllegalArgumentException("results of format version " + version + " are not known to this release"
                    + " (it knows " + FORMAT_VERSION + "); start a newer release");
        }
        int count = CommandCodec.readCount(in);
        List<StatementResult> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            results.add(read(in));
        }
        return results;
    }

    /** False when it grew too long. */
    private static boolean write(DataOutputStream out, StatementResult result, int maxBytes) throws IOException {
        if (result instanceof StatementResult.Changed changed) {
            out.writeByte(CHANGED);
            out.writeLong(changed.rowsAffected());
            out.writeLong(changed.lastInsertRowid());
        } else if (result instanceof StatementResult.Failed failed) {
            out.writeByte(FAILED);
            out.writeInt(failed.code());
            CommandCodec.writeText(out, failed.message());
        } else if (result instanceof StatementResult.Rows rows) {
            out.writeByte(ROWS);
            out.writeLong(rows.rowsAffected());
            out.writeLong(rows.lastInsertRowid());
            CommandCodec.writeVarint(out, rows.columns().size());
            for (Column column : rows.columns()) {
                CommandCodec.writeText(out, column.name());
                CommandCodec.writeValue(out, column.declaredType());
            }
            CommandCodec.writeVarint(out, rows.rows().size());
            for (List<@Nullable Object> row : rows.rows()) {
                for (Object value : row) {
                    CommandCodec.writeValue(out, value);
                    if (out.size() > maxBytes) {
                        return false;
                    }
                }
            }
        }
        return out.size() <= maxBytes;
    }

    private static StatementResult read(ByteBuffer in) {
        byte kind = CommandCodec.take(in, 1).get();
        return switch (kind) {
            case CHANGED -> new StatementResult.Changed(readLong(in), readLong(in));
            case FAILED -> new StatementResult.Failed(CommandCodec.take(in, 4).getInt(), CommandCodec.readText(in));
            case ROWS -> readRows(in);
            default -> throw new IllegalArgumentException("unknown kind of result " + kind);
        };
    }

    private static StatementResult readRows(ByteBuffer in) {
        long rowsAffected = readLong(in);
        long lastInsertRowid = readLong(in);
        int columnCount = CommandCodec.readCount(in);
        List<Column> columns = new ArrayList<>(columnCount);
        for (int i = 0; i < columnCount; i++) {
            columns.add(new Column(CommandCodec.readText(in), (String) CommandCodec.readValue(in)));
        }
        int rowCount = CommandCodec.readCount(in);
        List<List<@Nullable Object>> rows = new ArrayList<>(rowCount);
        for (int i = 0; i < rowCount; i++) {
            List<@Nullable Object> row = new ArrayList<>(columnCount);
            for (int j = 0; j < columnCount; j++) {
                row.add(CommandCodec.readValue(in));
            }
            rows.add(Collections.unmodifiableList(row));
        }
        return new StatementResult.Rows(columns, rows, rowsAffected, lastInsertRowid);
    }

    private static long readLong(ByteBuffer in) {
        return CommandCodec.take(in, 8).getLong();
    }
}
