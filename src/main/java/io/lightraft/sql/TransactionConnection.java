package io.lightraft.sql;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection set up as the writer's, on which interactive transactions run, one after the other. */
final class TransactionConnection {

    /** Takes the lock and changes nothing. */
    private static final String UPGRADE = "UPDATE main._lightraft_state SET id = id WHERE 0";

    private final Writer writer;
    private final CommandExecutor executor;
    private final int maxReturnedBytes;
    private final WriteGate gate;
    private final int generation;
    private final Consumer<TransactionConnection> giveBack;
    private volatile boolean broken;

    /** @param giveBack takes it when its transaction is over */
    TransactionConnection(Path file, ClusterLimits limits, WriteGate gate, Consumer<TransactionConnection> giveBack)
            throws SQLException {
        this.giveBack = giveBack;
        this.gate = gate;
        generation = gate.generation();
        maxReturnedBytes = limits.maxReturnedBytes();
        writer = new Writer(file, limits);
        try {
            // Stands in for the table of the same name, so that last_insert_rowid() can be set without the lock.
            writer.run("CREATE TEMP TABLE _lightraft_rowid(id INTEGER PRIMARY KEY) STRICT");
            executor = new CommandExecutor(
                    writer, limits, file.toAbsolutePath().getParent().toFile());
        } catch (SQLException e) {
            writer.close();
            throw e;
        }
    }

    CommandExecutor executor() {
        return executor;
    }

    void begin(SessionValues start) throws SQLException {
        writer.run("BEGIN");
        executor.start(start);
    }

    /** False when the snapshot is stale. */
    boolean upgrade() throws SQLException {
        try {
            writer.run(UPGRADE);
            return true;
        } catch (SQLException e) {
            if (SqlErrors.isPrimary(e, SqlErrors.BUSY)) {
                return false;
            }
            throw e;
        }
    }

    long lastSqlIndex() throws SQLException {
        return writer.number("SELECT last_sql_index FROM main._lightraft_state");
    }

    long logClockMillis() throws SQLException {
        return writer.number("SELECT log_clock_millis FROM main._lightraft_state");
    }

    boolean writes(String sql) throws SQLException {
        try {
            return Reader.writes(writer.connection(), sql);
        } catch (SQLException e) {
            return false; // running it will say what is wrong
        }
    }

    /** Reads what the transaction sees; an error is SQLite's. */
    StatementResult read(Statement statement, Recording.Moment moment) throws SQLException {
        executor.use(moment);
        writer.run("PRAGMA query_only = 1");
        try (PreparedStatement prepared = writer.connection().prepareStatement(statement.sql())) {
            Parameters.bind(prepared, statement);
            try (Cursor cursor = new Cursor(prepared, statement.sql())) {
                return rows(cursor);
            }
        } catch (SQLException e) {
            if (SqlErrors.isPrimary(e, SqlErrors.READONLY)) {
                return new StatementResult.Failed(SqlErrors.code(e), Reader.WRITE_REFUSED);
            }
            if (SqlErrors.isPrimary(e, SqlErrors.INTERRUPT)) {
                throw e;
            }
            return SqlErrors.failed(e);
        } finally {
            writer.run("PRAGMA query_only = 0");
        }
    }

    private StatementResult rows(Cursor cursor) throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        long bytes = 0;
        for (@Nullable Object[] row = cursor.next(); row != null; row = cursor.next()) {
            bytes += CommandExecutor.size(row);
            if (bytes > maxReturnedBytes) {
                return new StatementResult.Failed(
                        SqlErrors.TOO_BIG,
                        "the result is larger than " + maxReturnedBytes
                                + " bytes, the limit within a transaction; ask for less of it at once");
            }
            rows.add(Collections.unmodifiableList(Arrays.asList(row)));
        }
        return new StatementResult.Rows(cursor.columns(), rows, 0, 0);
    }

    /** Ends what runs, if anything does; any thread. */
    void interrupt() {
        broken = true; // not for another transaction, which a late interrupt could meet
        try {
            writer.connection().getDatabase().interrupt();
        } catch (SQLException e) {
            // It is closed, so nothing runs.
        }
    }

    /** Leaves no transaction behind. */
    void release(boolean begun) {
        try {
            if (begun) {
                writer.rollback();
            }
        } catch (SQLException e) {
            broken = true;
        }
        giveBack.accept(this);
    }

    /** Whether it is no more like the writer's, or was interrupted. */
    boolean isOutdated() {
        return broken || generation != gate.generation();
    }

    void close() {
        try {
            executor.close();
            writer.close();
        } catch (SQLException e) {
            broken = true;
        }
    }
}
