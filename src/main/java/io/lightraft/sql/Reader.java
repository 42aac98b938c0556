package io.lightraft.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * A read-only connection. Between {@link #begin} and {@link #end} all its statements see one snapshot of the file, and
 * the session's own last_insert_rowid() and changes(). Used by one thread at a time; {@link #expire} may come from any.
 */
final class Reader {

    static final String WRITE_REFUSED = "attempt to change database via query operation";
    static final String TIMED_OUT = "query timeout";

    /** Opcodes by which a program writes, apart from Transaction with P2 set. */
    private static final Set<String> WRITING_OPCODES = Set.of("Checkpoint", "Vacuum", "JournalMode");

    private final SQLiteConnection connection;
    private final UtcDates dates;
    private final Object guard = new Object();
    private @Nullable Session session;
    private boolean inUse;
    private volatile boolean expired;

    Reader(Path file, ClusterLimits limits) throws SQLException {
        connection = SqliteConnections.openReader(file, limits);
        try {
            sessionFunction("last_insert_rowid", Session::lastInsertRowid);
            sessionFunction("changes", Session::rowsAffected);
            dates = new UtcDates(connection);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private void sessionFunction(String name, ToLongFunction<Session> value) throws SQLException {
        Function function = new Function() {
            @Override
            protected void xFunc() throws SQLException {
                Session current = session;
                result(current == null ? 0 : value.applyAsLong(current));
            }
        };
        Function.create(connection, name, function, 0, 0);
    }

    /** The snapshot is taken by the first statement that follows. */
    void begin(Session forSession) throws SQLException {
        synchronized (guard) {
            inUse = true;
            expired = false;
        }
        session = forSession;
        run("BEGIN");
    }

    /** Ends the snapshot; an {@link #expire} that comes later does nothing. False when it is of no more use. */
    boolean end() {
        session = null;
        synchronized (guard) {
            inUse = false;
        }
        try {
            run("ROLLBACK");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** Interrupts what runs; everything else until {@link #end} fails with a timeout. */
    void expire() {
        synchronized (guard) {
            if (inUse) {
                expired = true;
                try {
                    connection.getDatabase().interrupt();
                } catch (SQLException ignored) {
                    // The flag ends the request at its next row.
                }
            }
        }
    }

    /** Whether SQLite would write to run this statement; exact, except for functions that write. */
    boolean writes(String sql) throws SQLException {
        return writes(connection, sql);
    }

    static boolean writes(SQLiteConnection connection, String sql) throws SQLException {
        try (PreparedStatement explain = connection.prepareStatement("EXPLAIN " + sql);
                ResultSet program = explain.executeQuery()) {
            while (program.next()) {
                String opcode = program.getString("opcode");
                if (opcode.equals("Transaction") && program.getInt("p2") != 0 || WRITING_OPCODES.contains(opcode)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Runs one statement and hands its rows on as SQLite finds them. */
    void read(Statement statement, ResultSink sink) throws IOException {
        if (expired) {
            sink.failed(SqlErrors.INTERRUPT, TIMED_OUT);
            return;
        }
        try {
            stream(statement, sink);
        } catch (SQLException e) {
            if (expired) { // interrupted, or closed under it
                sink.failed(SqlErrors.INTERRUPT, TIMED_OUT);
            } else if (SqlErrors.isPrimary(e, SqlErrors.READONLY)) {
                sink.failed(SqlErrors.code(e), WRITE_REFUSED);
            } else {
                sink.failed(SqlErrors.code(e), SqlErrors.message(e));
            }
            return;
        }
        sink.endOfRows();
    }

    private void stream(Statement statement, ResultSink sink) throws IOException, SQLException {
        dates.use(System.currentTimeMillis());
        try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
            Parameters.bind(prepared, statement);
            try (Cursor cursor = new Cursor(prepared, statement.sql())) {
                sink.columns(cursor.columns());
                for (@Nullable Object[] row = cursor.next(); row != null; row = cursor.next()) {
                    if (expired) {
                        throw new SQLException(TIMED_OUT);
                    }
                    sink.row(row);
                }
            }
        }
    }

    private void run(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    void close() throws SQLException {
        synchronized (guard) {
            inUse = false;
        }
        connection.close();
        dates.close();
    }
}
