package io.lightraft.sql;

import org.jspecify.annotations.Nullable;

/**
 * What one client sees of its own doing: SQLite's per-connection values, carried over the cluster. Confined to one
 * request at a time. Between BEGIN and COMMIT it has a transaction open, and has to be closed when it ends before.
 */
public final class Session {

    private long lastInsertRowid;
    private long rowsAffected;
    private boolean hasWritten;
    private @Nullable SessionTransaction transaction;

    long lastInsertRowid() {
        return lastInsertRowid;
    }

    long rowsAffected() {
        return rowsAffected;
    }

    SessionValues values() {
        return new SessionValues(lastInsertRowid, rowsAffected);
    }

    boolean hasWritten() {
        return hasWritten;
    }

    /** Whether BEGIN was the last word, not COMMIT or ROLLBACK. */
    public boolean isInTransaction() {
        return transaction != null;
    }

    @Nullable
    SessionTransaction transaction() {
        return transaction;
    }

    void transaction(@Nullable SessionTransaction newTransaction) {
        transaction = newTransaction;
    }

    void changed(long newRowsAffected, long newLastInsertRowid) {
        rowsAffected = newRowsAffected;
        lastInsertRowid = newLastInsertRowid;
        hasWritten = true;
    }

    /** As in SQLite: one that failed while it ran has changed no rows; one that never ran leaves the count. */
    void failed(int code) {
        int primary = code & 0xFF;
        if (code > 0 && (primary == SqlErrors.CONSTRAINT || primary == SqlErrors.MISMATCH)) {
            rowsAffected = 0;
        }
    }
}
