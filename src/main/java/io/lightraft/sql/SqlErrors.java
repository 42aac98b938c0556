package io.lightraft.sql;

import java.sql.SQLException;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** SQLite's errors: their codes, their own words, and which of them are equal on every node. */
final class SqlErrors {

    static final int ERROR = 1;
    static final int ABORT = 4;
    static final int BUSY = 5;
    static final int READONLY = 8;
    static final int INTERRUPT = 9;
    static final int CORRUPT = 11;
    static final int FULL = 13;
    static final int IOERR_SHMSIZE = 4874;
    static final int TOO_BIG = 18;
    static final int CONSTRAINT = 19;
    static final int NOT_A_DATABASE = 26;
    static final int MISMATCH = 20;
    static final int RANGE = 25;

    /** Misuse of full-text search: ordinary, whatever its name says. */
    static final int CORRUPT_VTAB = 267;

    /** An R-tree that is read while the same statement writes to it. */
    static final int LOCKED_VTAB = 518;

    /** A transaction wants to write, and what it has read is no longer the newest. */
    static final int BUSY_SNAPSHOT = 517;

    /** Primary codes of errors that the statement and the data alone bring about. */
    private static final Set<Integer> RESULTS = Set.of(ERROR, TOO_BIG, CONSTRAINT, MISMATCH, RANGE);

    private static final Set<Integer> NEVER_RESULTS =
            Set.of(SQLiteErrorCode.SQLITE_ERROR_RETRY.code, SQLiteErrorCode.SQLITE_ERROR_SNAPSHOT.code);

    private SqlErrors() {}

    /** SQLite's extended result code; -1 for an error that the driver made up. */
    static int code(SQLException e) {
        return e instanceof SQLiteException sqlite ? sqlite.getResultCode().code : -1;
    }

    static boolean isPrimary(SQLException e, int primaryCode) {
        int code = code(e);
        return code >= 0 && (code & 0xFF) == primaryCode;
    }

    /** SQLite's own words, without what the driver puts around them. */
    static String message(SQLException e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof SQLiteException sqlite) {
            String wrapping = sqlite.getResultCode() + " (";
            if (message.startsWith(wrapping) && message.endsWith(")")) {
                return message.substring(wrapping.length(), message.length() - 1);
            }
        }
        return message;
    }

    /** Whether every node gets this error from the same statement on the same data. */
    static boolean isResult(SQLException e) {
        int code = code(e);
        return code == CORRUPT_VTAB
                || code == LOCKED_VTAB
                || code >= 0 && RESULTS.contains(code & 0xFF) && !NEVER_RESULTS.contains(code);
    }

    /** Whether SQLite found no room, in the file or in what stands beside it. */
    static boolean isDiskFull(SQLException e) {
        return isPrimary(e, FULL) || code(e) == IOERR_SHMSIZE;
    }

    /** Whether SQLite found that pages of the file are not what it wrote. */
    static boolean isDamagedFile(SQLException e) {
        return isPrimary(e, NOT_A_DATABASE) || isPrimary(e, CORRUPT) && code(e) != CORRUPT_VTAB;
    }

    static StatementResult.Failed failed(SQLException e) {
        return new StatementResult.Failed(code(e), message(e));
    }
}
