package io.lightraft.server.http;

import io.lightraft.sql.Column;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.Statement;
import io.lightraft.sql.WriteOptions;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;

/** SQL without a cluster: one SQLite database in memory. Fails as a whole when a test says so. */
final class SqliteEngine implements SqlEngine {

    private Connection connection = open();
    private volatile @Nullable RuntimeException failure;
    private volatile int failureAfterRows = -1;
    private volatile @Nullable ReadOptions lastOptions;
    private volatile @Nullable Duration lastTimeout;
    private volatile @Nullable String lastKey;
    private volatile boolean clientGone;

    /** An empty database, no failure ahead. */
    synchronized void reset() throws SQLException {
        connection.close();
        connection = open();
        failure = null;
        failureAfterRows = -1;
        clientGone = false;
    }

    /** The next request is answered with this failure as a whole. */
    void failNext(RuntimeException newFailure) {
        failure = newFailure;
    }

    /** The next request fails as a whole, after this many rows of its first result. */
    void failNext(RuntimeException newFailure, int afterRows) {
        failure = newFailure;
        failureAfterRows = afterRows;
    }

    @Nullable
    ReadOptions lastOptions() {
        return lastOptions;
    }

    @Nullable
    Duration lastTimeout() {
        return lastTimeout;
    }

    @Nullable
    String lastKey() {
        return lastKey;
    }

    boolean clientGone() {
        return clientGone;
    }

    @Override
    public void run(Session session, Statement statement, ReadOptions options, ResultSink sink) {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized void execute(Session session, List<Statement> statements, WriteOptions options, ResultSink sink)
            throws IOException {
        boolean atomic = options.atomic();
        lastTimeout = options.timeout();
        lastKey = options.idempotencyKey();
        throwFailure();
        try {
            if (atomic) {
                step("BEGIN");
            }
            boolean done = true;
            for (Statement statement : statements) {
                done = statement(statement, sink, false);
                if (atomic && !done) {
                    break;
                }
            }
            if (atomic) {
                step(done ? "COMMIT" : "ROLLBACK");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized void query(Session session, List<Statement> statements, ReadOptions options, ResultSink sink)
            throws IOException {
        lastOptions = options;
        if (failureAfterRows < 0) {
            throwFailure();
        }
        for (Statement statement : statements) {
            statement(statement, sink, true);
        }
    }

    private void throwFailure() {
        RuntimeException planned = failure;
        failure = null;
        failureAfterRows = -1;
        if (planned != null) {
            throw planned;
        }
    }

    private boolean statement(Statement statement, ResultSink sink, boolean reads) throws IOException {
        if (reads && !statement.sql().toLowerCase(Locale.ROOT).matches("(?s)\\s*(select|with|pragma|explain).*")) {
            sink.failed(8, "attempt to change database via query operation");
            return false;
        }
        try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
            bind(prepared, statement);
            if (prepared.execute()) {
                rows(prepared, sink);
            } else {
                try (java.sql.Statement values = connection.createStatement();
                        ResultSet row = values.executeQuery("SELECT changes(), last_insert_rowid()")) {
                    sink.changed(row.getLong(1), row.getLong(2));
                }
            }
            return true;
        } catch (SQLiteException e) {
            sink.failed(e.getResultCode().code, String.valueOf(e.getMessage()).replaceFirst("^\\[[^\\]]*\\]\\s*", ""));
            return false;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            clientGone = !(e instanceof ResultWriter.Enough);
            throw e;
        }
    }

    private void rows(PreparedStatement prepared, ResultSink sink) throws SQLException, IOException {
        List<Column> columns = columns(((CoreStatement) prepared).pointer);
        sink.columns(columns);
        int count = 0;
        try (ResultSet rows = prepared.getResultSet()) {
            while (rows.next()) {
                if (count++ == failureAfterRows) {
                    throwFailure();
                }
                @Nullable Object[] values = new @Nullable Object[columns.size()];
                for (int i = 0; i < values.length; i++) {
                    Object value = rows.getObject(i + 1);
                    values[i] = value instanceof Integer number ? (Object) number.longValue() : value;
                }
                sink.row(values);
            }
        }
        sink.endOfRows();
    }

    private static List<Column> columns(SafeStmtPtr pointer) throws SQLException {
        int count = pointer.<SQLException>safeRunInt(DB::column_count);
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int column = i;
            columns.add(new Column(
                    pointer.<String, SQLException>safeRun((db, ptr) -> db.column_name(ptr, column)),
                    pointer.<@Nullable String, SQLException>safeRun((db, ptr) -> db.column_decltype(ptr, column))));
        }
        return columns;
    }

    private static void bind(PreparedStatement prepared, Statement statement) throws SQLException {
        int number = 1;
        for (Object value : statement.positional()) {
            prepared.setObject(number++, value);
        }
        // Enough for tests: named parameters follow the positional ones, in the order in which they are given.
        for (Map.Entry<String, @Nullable Object> value : statement.named().entrySet()) {
            prepared.setObject(number++, value.getValue());
        }
    }

    private static Connection open() {
        try {
            return DriverManager.getConnection("jdbc:sqlite::memory:");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void step(String sql) throws SQLException {
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
