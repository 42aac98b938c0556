package io.lightraft.sql;

import java.sql.SQLException;
import java.util.regex.Pattern;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/**
 * Shortens all values of a statement that calls json_patch(), which looks up each member of one object among those of
 * another, all within one instruction: two objects of some megabytes keep it busy for hours. A function of ours can't
 * stand in for it, as the driver can't mark a result as JSON. One that a trigger or view calls is not noticed.
 */
final class JsonPatchLimit {

    /** A second, as the worst goes. */
    static final int MAX_BYTES = 64 << 10;

    private static final Pattern CALL = Pattern.compile("jsonb?_patch", Pattern.CASE_INSENSITIVE);

    private final SQLiteConnection connection;
    private final int maxValueBytes;
    private boolean set;

    JsonPatchLimit(SQLiteConnection connection, int maxValueBytes) {
        this.connection = connection;
        this.maxValueBytes = maxValueBytes;
    }

    /** For the statement that is about to run, already prepared and bound. */
    void set(String sql) throws SQLException {
        if (maxValueBytes > MAX_BYTES && CALL.matcher(sql).find()) {
            connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, MAX_BYTES);
            set = true;
        }
    }

    void lift() throws SQLException {
        if (set) {
            connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, maxValueBytes);
            set = false;
        }
    }

    /** Says which limit it was. */
    StatementResult.Failed explained(StatementResult.Failed failed) {
        return set && (failed.code() & 0xFF) == SqlErrors.TOO_BIG
                ? new StatementResult.Failed(
                        failed.code(),
                        failed.message() + ": a write that calls json_patch() may have no value longer than "
                                + MAX_BYTES + " bytes; patch it before you send it")
                : failed;
    }
}
