package io.lightraft.sql;

import java.io.File;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * Keeps the write-ahead log short. SQLite's own checkpoints start it over only in a moment without readers, and under
 * steady load there is none; then a checkpoint is needed that waits for the readers of older snapshots. A reader that
 * stays is not waited for: writes must go on. Confined to the apply worker.
 */
final class WriteAheadLog {

    static final long LONG_BYTES = 32L << 20;

    private static final int BATCHES_PER_LOOK = 32;
    private static final int PATIENCE_MILLIS = 50;

    private final File log;
    private long nextBytes = LONG_BYTES;
    private int batches;

    WriteAheadLog(Path database) {
        log = new File(database + "-wal");
    }

    /**
     * Brings all that was committed into the database file and to the disk.
     *
     * @return false when a reader stood in the way; "busy" alone doesn't tell, it is 0 under a reader of an old snapshot
     */
    boolean checkpoint(Writer writer) throws SQLException {
        long[] result = writer.row("PRAGMA wal_checkpoint(PASSIVE)", 3);
        return result[0] == 0 && result[1] == result[2];
    }

    /** Called after each batch, outside of transactions. */
    void afterBatch(Writer writer) throws SQLException {
        if (++batches % BATCHES_PER_LOOK != 0 || log.length() < nextBytes) {
            return;
        }
        writer.connection().setBusyTimeout(PATIENCE_MILLIS);
        try {
            writer.number("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            // It only saves room, and needs some first. What it was for stays in the write-ahead log.
            if (!SqlErrors.isDiskFull(e)) {
                throw e;
            }
        } finally {
            writer.connection().setBusyTimeout(SqliteConnections.BUSY_TIMEOUT_MILLIS);
        }
        nextBytes = log.length() + LONG_BYTES; // in vain this time, perhaps: not again at once
    }
}
