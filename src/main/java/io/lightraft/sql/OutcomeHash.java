package io.lightraft.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running hash over what every entry did, equal on nodes whose states are. 64 bits of FNV-1a over words: it has to
 * find accidents, not withstand forgers, and it is folded on the apply thread, where it must cost next to nothing.
 */
final class OutcomeHash {

    private static final long PRIME = 0x100000001b3L;

    private long hash;

    private OutcomeHash(long hash) {
        this.hash = hash;
    }

    /** Where it begins: with what decides about results, so that nodes begun with other settings are found. */
    static long of(ClusterLimits limits) {
        OutcomeHash out = new OutcomeHash(0);
        out.add(limits.opcodeBudget());
        out.add(limits.maxReturnedBytes());
        out.add(limits.maxStatementBytes());
        out.add(limits.maxValueBytes());
        out.add(limits.keyLifetimeMillis());
        out.add(limits.foreignKeys() ? 1 : 0);
        return out.hash;
    }

    static long fold(long hash, long index, List<StatementResult> results) {
        OutcomeHash out = new OutcomeHash(hash);
        out.add(index);
        for (StatementResult result : results) {
            out.add(result);
        }
        return out.hash;
    }

    private void add(StatementResult result) {
        if (result instanceof StatementResult.Changed changed) {
            add(1);
            add(changed.rowsAffected());
            add(changed.lastInsertRowid());
        } else if (result instanceof StatementResult.Rows rows) {
            add(2);
            add(rows.rowsAffected());
            add(rows.lastInsertRowid());
            for (List<@Nullable Object> row : rows.rows()) {
                for (Object value : row) {
                    addValue(value);
                }
            }
        } else if (result instanceof StatementResult.Failed failed) {
            add(3);
            add(failed.code());
        }
    }

    private void addValue(@Nullable Object value) {
        if (value == null) {
            add(0);
        } else if (value instanceof Long number) {
            add(number);
        } else if (value instanceof Double number) {
            add(Double.doubleToRawLongBits(number));
        } else if (value instanceof byte[] blob) {
            add(blob.length);
            for (byte b : blob) {
                add(b);
            }
        } else {
            String text = value.toString();
            add(text.length());
            for (int i = 0; i < text.length(); i++) {
                add(text.charAt(i));
            }
        }
    }

    private void add(long word) {
        long mixed = (hash ^ word) * PRIME;
        hash = mixed ^ mixed >>> 32;
    }
}
