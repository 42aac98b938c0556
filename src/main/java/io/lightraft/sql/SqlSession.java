package io.lightraft.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SQL for Java, as one client sees it, at any node: statements that stand alone, and transactions, with the same meaning
 * as what is typed into nc.
 *
 * <pre>{@code
 * try (SqlSession sql = new SqlSession(engine, ReadOptions.DEFAULT)) {
 *     sql.begin();
 *     long balance = (Long) sql.rows("SELECT v FROM account WHERE id = ?", 1L).get(0).get(0);
 *     sql.run("UPDATE account SET v = ? WHERE id = ?", balance - 10, 1L);
 *     sql.commit();
 * }
 * }</pre>
 *
 * <p>Values are Long, Double, String, byte[] or null. Each call blocks, for the options' timeout at the longest. Every
 * call may throw {@link SqlFailure}, when the statement failed, or a {@link io.lightraft.node.ReplicaException}, whose
 * kind says whether the statement was done: {@code NoLeader}, {@code Busy} (not done; try again), {@code OutcomeUnknown}
 * (look), {@code Rejected}, {@code Stopped}. Used by one thread at a time.
 */
public final class SqlSession implements AutoCloseable {

    private final SqlEngine engine;
    private final Session session = new Session();
    private ReadOptions options;

    /** @param options how fresh reads outside of transactions are, and how long a call may take */
    public SqlSession(SqlEngine engine, ReadOptions options) {
        this.engine = engine;
        this.options = options;
    }

    /** For the reads and calls that follow. */
    public void use(ReadOptions newOptions) {
        options = newOptions;
    }

    /**
     * Opens a transaction. Its reads see one snapshot, taken by the first of them, and what it wrote itself. Its first
     * write waits for others' transactions that write; {@link SqlFailure} with code 517 says that its snapshot has become
     * stale: roll it back, and begin again.
     */
    public void begin() {
        run("BEGIN");
    }

    /** The same, but waits for the right to write at once: then no write of it meets a stale snapshot. */
    public void beginImmediate() {
        run("BEGIN IMMEDIATE");
    }

    /**
     * Makes all of the transaction last, or none of it. However it ends, the transaction is over. Where it throws {@link
     * SqlFailure}, nothing of it was done; only {@code OutcomeUnknown} leaves that open.
     */
    public void commit() {
        run("COMMIT");
    }

    /** Ends the transaction; nothing of it stays. */
    public void rollback() {
        run("ROLLBACK");
    }

    /** Whether {@link #begin} was the last word. Also true of a transaction that has failed and waits for its end. */
    public boolean isInTransaction() {
        return session.isInTransaction();
    }

    /**
     * Runs one statement, reading or writing, within the transaction if one is open.
     *
     * @param values of its parameters, in their order
     * @return {@link StatementResult.Changed} or {@link StatementResult.Rows}, with all rows in memory
     */
    public StatementResult run(String sql, @Nullable Object... values) {
        return run(new Statement(sql, Arrays.asList(values), Map.of()));
    }

    /** As {@link #run(String, Object...)}, also with named parameters. */
    public StatementResult run(Statement statement) {
        Collector collector = new Collector();
        try {
            engine.run(session, statement, options, collector);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        StatementResult result = collector.result();
        if (result instanceof StatementResult.Failed failed) {
            throw new SqlFailure(failed.code(), failed.message());
        }
        return result;
    }

    /** The rows of a query. */
    public List<List<@Nullable Object>> rows(String sql, @Nullable Object... values) {
        return run(sql, values) instanceof StatementResult.Rows rows ? rows.rows() : List.of();
    }

    /** Rolls back what is open. */
    @Override
    public void close() {
        engine.close(session);
    }

    private static final class Collector implements ResultSink {

        private List<Column> columns = List.of();
        private final List<List<@Nullable Object>> rows = new ArrayList<>();
        private @Nullable StatementResult result;

        @Override
        public void columns(List<Column> newColumns) {
            columns = newColumns;
        }

        @Override
        public void row(@Nullable Object[] values) {
            rows.add(Arrays.asList(values));
        }

        @Override
        public void endOfRows() {
            result = new StatementResult.Rows(columns, rows, 0, 0);
        }

        @Override
        public void changed(long rowsAffected, long lastInsertRowid) {
            result = new StatementResult.Changed(rowsAffected, lastInsertRowid);
        }

        @Override
        public void failed(int code, String message) {
            result = new StatementResult.Failed(code, message);
        }

        StatementResult result() {
            StatementResult known = result;
            return known == null ? new StatementResult.Changed(0, 0) : known;
        }
    }
}
