package io.lightraft.sql;

/**
 * What one client sees of its own doing: SQLite's per-connection values, carried over the cluster. Confined to one
 * request at a time. Interactive transactions will live here too.
 */
public final class Session {

    private long lastInsertRowid;
    private long rowsAffected;
    private boolean hasWritten;

    long lastInsertRowid() {
        return lastInsertRowid;
    }

    long rowsAffected() {
        return rowsAffected;
    }

    boolean hasWritten() {
        return hasWritten;
    }

    void changed(long newRowsAffected, long newLastInsertRowid) {
        rowsAffected = newRowsAffected;
        lastInsertRowid = newLastInsertRowid;
        hasWritten = true;
    }
}
