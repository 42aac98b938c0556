package io.lightraft.sql;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * SQL for the servers. Blocks the calling thread until the request is done. Errors of statements go to the sink; what
 * concerns the request as a whole (no quorum, busy, outcome unknown) is thrown as {@link
 * io.lightraft.node.ReplicaException} before the sink was called for the statement concerned.
 */
public interface SqlEngine {

    /**
     * Runs one statement, whatever it is: SQLite itself decides whether it writes (then it goes through the log) or
     * reads (then it is answered here, at the given level). This is what a person types.
     */
    void run(Session session, Statement statement, ReadOptions options, ResultSink sink) throws IOException;

    /**
     * Ends a session that is not used any more, and with it the transaction that it may have open.
     */
    default void close(Session session) {}

    /**
     * Runs statements as one entry of the log.
     *
     * @throws KeyReusedException when the idempotency key came before with other statements, and nothing was done
     */
    void execute(Session session, List<Statement> statements, WriteOptions options, ResultSink sink) throws IOException;

    /** Without an idempotency key. */
    default void execute(Session session, List<Statement> statements, boolean atomic, Duration timeout, ResultSink sink)
            throws IOException {
        execute(session, statements, new WriteOptions(atomic, timeout), sink);
    }

    /**
     * Whether a statement reads what may differ from node to node, as a query plan does, so that {@link #execute} would
     * refuse it; a transaction in {@link #run} can hold it.
     */
    default boolean readsOneNode(Statement statement) {
        return false;
    }

    /** Runs statements that only read, all in one snapshot; one that would write fails. */
    void query(Session session, List<Statement> statements, ReadOptions options, ResultSink sink) throws IOException;
}
