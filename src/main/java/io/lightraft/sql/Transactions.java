package io.lightraft.sql;

import io.lightraft.node.PeerCalls;
import io.lightraft.node.ReplicaException;
import io.lightraft.node.Replicator;
import io.lightraft.sql.TransactionControl.Kind;
import io.lightraft.sql.TransactionReply.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The interactive transactions of this node's sessions: each statement is carried to the leader, whose {@link
 * TransactionHost} runs it, and the outcome is proposed from here, as every write is. Thread-safe; a session is used by
 * one thread at a time.
 */
public final class Transactions {

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CLOSE_PATIENCE = Duration.ofMillis(500);
    private static final String ROLLED_BACK = "the transaction was rolled back: ";
    private static final String AGAIN = ". Begin it again.";

    private final Replicator<List<StatementResult>> replicator;
    private final HostCalls hosts;

    /**
     * @param here runs them while this node leads
     * @param peers takes requests to the {@link TransactionHost#handle} of other nodes
     * @param threads on which these are waited for; as many as there are sessions
     */
    public Transactions(
            int nodeId,
            Replicator<List<StatementResult>> replicator,
            TransactionHost here,
            PeerCalls peers,
            Executor threads) {
        this.replicator = replicator;
        this.hosts = new HostCalls(nodeId, replicator, here, peers, threads);
    }

    /** Runs a statement that begins or ends a transaction, or stands within one. */
    void run(Session session, TransactionControl control, Statement statement, Duration timeout, ResultSink sink)
            throws IOException {
        Deadline deadline = Deadline.in(timeout);
        SessionTransaction open = session.transaction();
        if (open != null && open.refused && control.isBegin()) {
            session.transaction(null);
            open = null;
        }
        if (control.kind() == Kind.MALFORMED) {
            sink.failed(SqlErrors.ERROR, control.text());
        } else if (open == null) {
            outside(session, control, statement, deadline, sink);
        } else if (control.kind() == Kind.BEGIN || control.kind() == Kind.BEGIN_IMMEDIATE) {
            sink.failed(SqlErrors.ERROR, "cannot start a transaction within a transaction");
        } else if (control.kind() == Kind.ROLLBACK) {
            session.transaction(null);
            close(open);
            done(sink);
        } else if (open.failure != null) {
            afterFailure(session, open, control, sink);
        } else if (control.kind() == Kind.COMMIT) {
            commit(session, open, deadline, sink);
        } else {
            TransactionReply reply = send(open, TransactionRequest.Kind.RUN, statement, deadline);
            deliver(session, open, statement, reply, deadline, sink);
        }
    }

    private void outside(
            Session session, TransactionControl control, Statement statement, Deadline deadline, ResultSink sink)
            throws IOException {
        SessionTransaction fresh = new SessionTransaction(control.kind() == Kind.SAVEPOINT, session.values());
        switch (control.kind()) {
            case BEGIN -> {
                session.transaction(fresh);
                done(sink);
            }
            case BEGIN_IMMEDIATE, SAVEPOINT -> {
                session.transaction(fresh);
                fresh.refused = true;
                fresh.failure = "it could not begin";
                TransactionReply reply = send(
                        fresh,
                        control.kind() == Kind.SAVEPOINT
                                ? TransactionRequest.Kind.RUN
                                : TransactionRequest.Kind.BEGIN_IMMEDIATE,
                        statement,
                        deadline);
                if (reply.status() == Status.DONE && !(reply.result() instanceof StatementResult.Failed)) {
                    fresh.refused = false;
                    fresh.failure = null;
                    done(sink);
                } else {
                    close(fresh);
                    refuse(reply, sink);
                }
            }
            case COMMIT -> sink.failed(SqlErrors.ERROR, "cannot commit - no transaction is active");
            case ROLLBACK -> sink.failed(SqlErrors.ERROR, "cannot rollback - no transaction is active");
            default -> sink.failed(SqlErrors.ERROR, "no such savepoint: " + control.text());
        }
    }

    private static void refuse(TransactionReply reply, ResultSink sink) throws IOException {
        if (reply.result() instanceof StatementResult.Failed failed) {
            sink.failed(failed.code(), failed.message());
        } else {
            sink.failed(
                    SqlErrors.BUSY,
                    reply.status() == Status.GONE
                            ? "the transaction was not begun: " + reply.message() + ". Try again."
                            : reply.message());
        }
    }

    private void afterFailure(Session session, SessionTransaction open, TransactionControl control, ResultSink sink)
            throws IOException {
        if (control.kind() == Kind.COMMIT) {
            session.transaction(null);
            close(open);
            sink.failed(SqlErrors.ABORT, ROLLED_BACK + open.failure + AGAIN);
        } else {
            sink.failed(SqlErrors.ABORT, "not run: " + ROLLED_BACK + open.failure + ". ROLLBACK or COMMIT ends it.");
        }
    }

    private void commit(Session session, SessionTransaction open, Deadline deadline, ResultSink sink)
            throws IOException {
        if (open.host == null) {
            session.transaction(null);
            done(sink);
            return;
        }
        TransactionReply reply = send(open, TransactionRequest.Kind.COMMIT, TransactionRequest.NO_STATEMENT, deadline);
        if (reply.status() == Status.GONE || reply.status() == Status.NOT_DONE) {
            session.transaction(null);
            close(open);
            sink.failed(SqlErrors.ABORT, ROLLED_BACK + reply.message() + AGAIN);
        } else {
            deliver(session, open, TransactionRequest.NO_STATEMENT, reply, deadline, sink);
        }
    }

    private void deliver(
            Session session,
            SessionTransaction open,
            Statement statement,
            TransactionReply reply,
            Deadline deadline,
            ResultSink sink)
            throws IOException {
        StatementResult result = reply.result();
        switch (reply.status()) {
            case DONE -> {
                if (result != null) {
                    Database.deliver(statement, result, reply.read() ? new Session() : session, sink);
                }
            }
            case ENDED -> {
                session.transaction(null);
                close(open);
                if (result instanceof StatementResult.Failed failed) {
                    sink.failed(failed.code(), failed.message() + " (the transaction was rolled back)");
                }
            }
            case COMMIT -> {
                session.transaction(null);
                byte[] command = reply.command();
                if (command == null || propose(open, command, session, deadline, sink)) {
                    done(sink);
                }
            }
            case NOT_DONE -> sink.failed(SqlErrors.BUSY, reply.message());
            default -> {
                open.failure = reply.message();
                sink.failed(SqlErrors.ABORT, ROLLED_BACK + reply.message() + AGAIN);
            }
        }
    }

    /** False when it was told that it failed. */
    private boolean propose(
            SessionTransaction open, byte[] command, Session session, Deadline deadline, ResultSink sink)
            throws IOException {
        boolean taken = false;
        try {
            List<StatementResult> results = deadline.await(
                    replicator.proposeOnce(command, deadline.remaining()),
                    () -> unknown("the deadline passed"),
                    () -> unknown("the wait was interrupted"));
            taken = true;
            if (results.get(0) instanceof StatementResult.Failed failed) {
                sink.failed(
                        failed.code(),
                        failed == Replay.CONFLICT || failed.code() == SqlErrors.BUSY_SNAPSHOT
                                ? failed.message()
                                : failed.message() + " (the transaction was rolled back)");
                return false;
            }
            return true;
        } finally {
            if (!taken) {
                close(open);
            }
        }
    }

    private static ReplicaException unknown(String why) {
        return new ReplicaException.OutcomeUnknown("outcome unknown: " + why + " while the transaction was being"
                + " committed. Look whether it took effect before you repeat it.");
    }

    /** Ends the session's transaction, if it has one, without an answer. */
    void close(Session session) {
        SessionTransaction open = session.transaction();
        if (open != null) {
            session.transaction(null);
            close(open);
        }
    }

    private void close(SessionTransaction open) {
        Integer host = open.host;
        if (host == null) {
            return;
        }
        TransactionRequest request = request(
                open, TransactionRequest.Kind.CLOSE, TransactionRequest.NO_STATEMENT, Deadline.in(CLOSE_TIMEOUT));
        hosts.tell(host, request, open.unheard || hosts.anotherLeads(host) ? Duration.ZERO : CLOSE_PATIENCE);
    }

    /** Asks the leader; before the first answer any leader will do, afterwards only the one where it runs. */
    private TransactionReply send(
            SessionTransaction open, TransactionRequest.Kind kind, Statement statement, Deadline deadline) {
        boolean first = open.host == null;
        while (true) {
            Integer host = first ? replicator.status().leaderId() : open.host;
            if (host != null) {
                TransactionReply reply = ask(open, host, kind, statement, deadline, first);
                if (reply != null) {
                    open.host = host;
                    open.sequence++;
                    return reply;
                }
                open.name = UUID.randomUUID();
            }
            if (deadline.remaining().isZero()) {
                throw new ReplicaException.NoLeader(
                        "no leader was found before the deadline. Nothing was done; retry when a majority of the nodes"
                                + " is up.");
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    /** Null when another leader has to be looked for. */
    private @Nullable TransactionReply ask(
            SessionTransaction open,
            int host,
            TransactionRequest.Kind kind,
            Statement statement,
            Deadline deadline,
            boolean first) {
        while (true) {
            try {
                TransactionReply reply = hosts.ask(host, request(open, kind, statement, deadline));
                return reply.status() == Status.NOT_LEADER ? null : reply;
            } catch (IOException e) {
                Integer leader = replicator.status().leaderId();
                boolean changed = leader == null || leader != host;
                if (first) {
                    return null;
                }
                if (changed || deadline.remaining().isZero()) {
                    open.unheard = true;
                    return TransactionReply.gone(changed ? "the leader changed" : "the leader did not answer");
                }
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private TransactionRequest request(
            SessionTransaction open, TransactionRequest.Kind kind, Statement statement, Deadline deadline) {
        return new TransactionRequest(
                open.name,
                open.sequence + 1,
                kind,
                replicator.onceProposer(),
                open.start,
                open.openedBySavepoint,
                statement,
                deadline.remaining());
    }

    private static void done(ResultSink sink) throws IOException {
        sink.columns(List.of());
        sink.endOfRows();
    }
}
