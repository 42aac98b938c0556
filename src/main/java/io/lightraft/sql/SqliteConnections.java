package io.lightraft.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;
import org.sqlite.SQLiteOpenMode;

/**
 * Opens the database file, with everything pinned that would change what a statement does. User's text only ever
 * reaches such a connection through {@link Connection#prepareStatement}: the driver gives "backup to" and "restore
 * from" a meaning of their own elsewhere.
 */
final class SqliteConnections {

    /** Earlier releases can lose data when the write-ahead log is reset (3.7.0 to 3.51.2). */
    private static final int[] OLDEST_SQLITE = {3, 51, 3};

    /** One LIKE or GLOB may compare all of the pattern at each place of the value, within one instruction. */
    private static final int LONGEST_PATTERN_BYTES = 500;

    static final int BUSY_TIMEOUT_MILLIS = 10_000;

    private SqliteConnections() {}

    static SQLiteConnection openWriter(Path file, ClusterLimits limits) throws SQLException {
        SQLiteConnection connection = open(file, new SQLiteConfig());
        return set(
                connection,
                limits,
                "encoding='UTF-8'",
                "journal_mode=WAL",
                "synchronous=NORMAL",
                "wal_autocheckpoint=1000",
                "journal_size_limit=" + WriteAheadLog.LONG_BYTES,
                "analysis_limit=0");
    }

    static SQLiteConnection openReader(Path file, ClusterLimits limits) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.READONLY);
        config.resetOpenMode(SQLiteOpenMode.READWRITE);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        return set(open(file, config), limits, "query_only=ON");
    }

    /** A file that nobody changes: read without locks, and without files beside it. */
    static SQLiteConnection openCopy(Path copy) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.READONLY);
        config.setOpenMode(SQLiteOpenMode.OPEN_URI);
        config.resetOpenMode(SQLiteOpenMode.READWRITE);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        return open(copy.toAbsolutePath().toUri() + "?immutable=1", config);
    }

    /** Reads only; but unlike the others it may write another file. */
    static SQLiteConnection openToRewrite(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.READONLY);
        config.resetOpenMode(SQLiteOpenMode.READWRITE);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        return open(file, config);
    }

    private static SQLiteConnection open(Path file, SQLiteConfig config) throws SQLException {
        return open(file.toString(), config);
    }

    private static SQLiteConnection open(String file, SQLiteConfig config) throws SQLException {
        config.setGetGeneratedKeys(false);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        SQLiteConnection connection =
                new org.sqlite.jdbc4.JDBC4Connection("jdbc:sqlite:" + file, file, config.toProperties());
        try {
            checkVersion(connection.libversion());
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static SQLiteConnection set(SQLiteConnection connection, ClusterLimits limits, String... pragmas)
            throws SQLException {
        try {
            for (String pragma : pragmas) {
                pragma(connection, pragma);
            }
            pragma(connection, "foreign_keys=" + (limits.foreignKeys() ? "ON" : "OFF"));
            pragma(connection, "recursive_triggers=OFF");
            pragma(connection, "trusted_schema=ON");
            // In memory, one large sort would take the whole process down.
            pragma(connection, "temp_store=FILE");
            pragma(connection, "cache_size=-16384");
            pragma(connection, "mmap_size=0");
            connection.setLimit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
            connection.setLimit(SQLiteLimits.SQLITE_LIMIT_WORKER_THREADS, 0);
            connection.setLimit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, limits.maxStatementBytes());
            connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, limits.maxValueBytes());
            connection.setLimit(SQLiteLimits.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN_BYTES);
            DriverFunctions.replace(connection, limits.maxValueBytes());
            // With auto-commit on, the driver tries a BEGIN after every statement. Transactions are made by hand here.
            connection.setAutoCommit(false);
            try (PreparedStatement rollback = connection.prepareStatement("ROLLBACK")) {
                rollback.execute();
            }
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static void pragma(Connection connection, String setting) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("PRAGMA " + setting)) {
            if (statement.execute()) {
                try (ResultSet answer = statement.getResultSet()) {
                    answer.next();
                }
            }
        }
    }

    /** @throws IllegalStateException for a SQLite that is too old */
    static void checkVersion(String version) {
        String[] parts = version.split("\\.");
        for (int i = 0; i < OLDEST_SQLITE.length; i++) {
            int part = i < parts.length ? Integer.parseInt(parts[i]) : 0;
            if (part > OLDEST_SQLITE[i]) {
                return;
            }
            if (part < OLDEST_SQLITE[i]) {
                throw new IllegalStateException(
                        "SQLite " + version + " can lose data (its write-ahead log's reset bug);"
                                + " at least 3.51.3 is needed: put a newer sqlite-jdbc on the class path");
            }
        }
    }
}
