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
 * <p>Values that come back are Long, Double, String, byte[] or null; those given may also be of Java's smaller numbers,
 * or Boolean (1 and 0). Each call blocks, for the options' timeout at the longest. Every call may throw {@link
 * SqlFailure}, when the statement failed, or a {@link io.lightraft.node.ReplicaException}, whose kind says whether the
 * statement was done: {@code NoLeader}, {@code Busy} (not done; try again), {@code OutcomeUnknown} (look), {@code
 * Rejected}, {@code Stopped}. Used by one thread at a time.
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
     * @throws IllegalArgumentException for a value of a type that SQLite doesn't have, before anything was done
     * @return {@link StatementResult.Changed} or {@link StatementResult.Rows}, with all rows in memory
     */
    public StatementResult run(String sql, @Nullable Object... values) {
        List<@Nullable Object> ofSqlite = new ArrayList<>(values.length);
        for (Object value : values) {
            ofSqlite.add(ofSqlite(value));
        }
        return run(new Statement(sql, ofSqlite, Map.of()));
    }

    /** As {@link #run(String, Object...)}, also with named parameters. */
    public StatementResult run(Statement statement) {
        Collector collector = new Collector();
        try {
            engine.run(session, statement, options, collector);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        StatementResult result =
                collector.results.isEmpty() ? new StatementResult.Changed(0, 0) : collector.results.get(0);
        if (result instanceof StatementResult.Failed failed) {
            throw new SqlFailure(failed.code(), failed.message());
        }
        return result;
    }

    /**
     * Runs statements as one entry of the log, which also is how a write gets an idempotency key. Not within a
     * transaction.
     *
     * @return one result per statement that was run; a failure is a result here, as others may have been done. Of an
     *     atomic write it is the last one, and nothing was done
     * @throws KeyReusedException when the key came before with other statements, and nothing was done
     * @throws IllegalStateException when a transaction is open
     */
    public List<StatementResult> execute(List<Statement> statements, WriteOptions write) {
        if (session.isInTransaction()) {
            throw new IllegalStateException(
                    "a transaction is open: end it before statements that are a write of their own");
        }
        Collector collector = new Collector();
        try {
            engine.execute(session, statements, write, collector);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return collector.results;
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

    private static @Nullable Object ofSqlite(@Nullable Object value) {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Float number) {
            return number.doubleValue();
        }
        if (value instanceof Boolean yes) {
            return yes ? 1L : 0L;
        }
        if (value == null
                || value instanceof Long
                || value instanceof Double
                || value instanceof String
                || value instanceof byte[]) {
            return value;
        }
        throw new IllegalArgumentException(
                "SQLite has no values of " + value.getClass() + ": give a Long, Double, String, byte[] or null");
    }

    private final class Collector implements ResultSink {

        private final List<StatementResult> results = new ArrayList<>();
        private List<Column> columns = List.of();
        private List<List<@Nullable Object>> rows = new ArrayList<>();

        @Override
        public void columns(List<Column> newColumns) {
            columns = newColumns;
            rows = new ArrayList<>();
        }

        @Override
        public void row(@Nullable Object[] values) {
            rows.add(Arrays.asList(values));
        }

        @Override
        public void endOfRows() {
            results.add(new StatementResult.Rows(columns, rows, session.rowsAffected(), session.lastInsertRowid()));
        }

        @Override
        public void changed(long rowsAffected, long lastInsertRowid) {
            results.add(new StatementResult.Changed(rowsAffected, lastInsertRowid));
        }

        @Override
        public void failed(int code, String message) {
            results.add(new StatementResult.Failed(code, message));
        }
    }
}
