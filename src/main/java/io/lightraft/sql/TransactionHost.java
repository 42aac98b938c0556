package io.lightraft.sql;

import io.lightraft.node.ReplicaException;
import io.lightraft.node.Replicator;
import io.lightraft.node.WriteTurn;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the interactive transactions of all sessions of the cluster while this node leads. Each request is one
 * statement; what a transaction did becomes one entry of the log, proposed by the node of its session. Thread-safe.
 */
public final class TransactionHost implements FileUser, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(TransactionHost.class);

    private static final int MAX_OPEN = 256;
    private static final int KEPT_CONNECTIONS = 4;
    private static final int MAX_RECORDED_BYTES = 16 << 20;
    private static final long LOOK_MILLIS = 50;
    private static final String SHUTTING_DOWN = "the leader is shutting down";
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final StatementResult NOTHING = new StatementResult.Rows(List.of(), List.of(), 0, 0);

    private final Replicator<List<StatementResult>> replicator;
    private final Path file;
    private volatile ClusterLimits limits;
    private final WriteGate gate;
    private final TransactionLimits transactionLimits;
    private final TransactionCodec codec = new TransactionCodec();
    private final Map<UUID, HostedTransaction> open = new ConcurrentHashMap<>();
    private final Deque<TransactionConnection> idle = new ArrayDeque<>();
    private final ScheduledThreadPoolExecutor clock;
    private boolean suspended;
    private int lent;
    private boolean closed;

    /** @param machine has to be closed after this */
    public TransactionHost(
            Replicator<List<StatementResult>> replicator, SqliteStateMachine machine, TransactionLimits limits) {
        this.replicator = replicator;
        this.file = machine.file();
        this.limits = machine.limits();
        this.gate = machine.writeGate();
        this.transactionLimits = limits;
        machine.addUser(this);
        clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "transactions-" + file.getFileName());
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        clock.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Answers another node.
     *
     * @throws IOException when it is no request
     */
    public byte[] handle(byte[] request) throws IOException {
        return codec.encode(handle(codec.request(request)));
    }

    TransactionReply handle(TransactionRequest request) {
        HostedTransaction hosted = open.get(request.transaction());
        if (request.kind() == TransactionRequest.Kind.CLOSE) {
            if (hosted != null) {
                open.remove(request.transaction());
                hosted.live.close("the session ended it");
            }
            return TransactionReply.commit(null);
        }
        if (hosted == null) {
            if (request.sequence() != 1) {
                return TransactionReply.gone("the leader does not know it any more");
            }
            if (!replicator.status().role().equals("LEADER")) {
                return TransactionReply.NOT_LEADER;
            }
            try {
                hosted = open(request);
            } catch (ReplicaException e) {
                return TransactionReply.gone(String.valueOf(e.getMessage()));
            }
        }
        synchronized (hosted) {
            if (request.sequence() == hosted.sequence + 1) {
                hosted.running = true;
                try {
                    hosted.reply = run(hosted, request);
                    hosted.sequence = request.sequence();
                } finally {
                    hosted.usedNanos = System.nanoTime();
                    hosted.running = false;
                }
            }
            // A copy that the network held back must not be run behind its successors; nobody waits for its reply.
            return request.sequence() == hosted.sequence
                    ? hosted.reply
                    : TransactionReply.gone("its requests came out of order");
        }
    }

    private synchronized HostedTransaction open(TransactionRequest request) {
        HostedTransaction known = open.get(request.transaction());
        if (known != null) {
            return known;
        }
        if (closed) {
            throw new ReplicaException.Stopped(SHUTTING_DOWN);
        }
        if (suspended) {
            throw new ReplicaException.Busy("the leader takes over a snapshot");
        }
        if (open.values().stream().filter(other -> !other.isOver()).count() >= MAX_OPEN) {
            throw new ReplicaException.Busy(MAX_OPEN + " transactions are open in the cluster already");
        }
        try {
            TransactionConnection connection = idle.pollFirst();
            if (connection != null && connection.isOutdated()) {
                connection.close();
                connection = null;
            }
            if (connection == null) {
                connection = new TransactionConnection(file, limits, gate, this::takeBack);
            }
            HostedTransaction hosted = new HostedTransaction(
                    new LiveTransaction(
                            connection,
                            gate,
                            request.start(),
                            MAX_RECORDED_BYTES,
                            ThreadLocalRandom.current().nextLong()),
                    System.nanoTime());
            open.put(request.transaction(), hosted);
            lent++;
            return hosted;
        } catch (SQLException e) {
            throw new ReplicaException.Stopped("the leader can't open its database: " + SqlErrors.message(e));
        }
    }

    private synchronized void takeBack(TransactionConnection connection) {
        lent--;
        notifyAll();
        if (closed || suspended || connection.isOutdated() || idle.size() >= KEPT_CONNECTIONS) {
            connection.close();
        } else {
            idle.addFirst(connection);
        }
    }

    private TransactionReply run(HostedTransaction hosted, TransactionRequest request) {
        Deadline deadline = Deadline.in(request.timeout());
        Future<?> overdue;
        try {
            overdue = clock.schedule(
                    () -> hosted.live.end("a statement took longer than its deadline"),
                    request.timeout().toMillis() + Deadline.GRACE_MILLIS / 2,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closedMeanwhile) {
            return TransactionReply.gone(SHUTTING_DOWN);
        }
        try {
            return switch (request.kind()) {
                case COMMIT -> finish(hosted);
                case BEGIN_IMMEDIATE -> {
                    StatementResult.Failed failure = prepareToWrite(hosted, request, deadline);
                    yield TransactionReply.done(
                            failure != null
                                    ? failure
                                    : new StatementResult.Changed(
                                            0, request.start().rowid()),
                            true);
                }
                default -> statement(hosted, request, deadline);
            };
        } catch (LiveTransaction.Over over) {
            return TransactionReply.gone(String.valueOf(over.getMessage()));
        } catch (CommandExecutor.TransactionLost lost) {
            end(hosted, "a statement rolled it back");
            return TransactionReply.ended(lost.failure);
        } catch (ReplicaException.NoLeader | ReplicaException.Stopped e) {
            end(hosted, "the leader changed");
            return TransactionReply.gone("the leader changed");
        } catch (ReplicaException e) {
            return TransactionReply.notDone(String.valueOf(e.getMessage()));
        } catch (SQLException e) {
            end(hosted, "SQLite failed on the leader: " + SqlErrors.message(e));
            return TransactionReply.gone(String.valueOf(hosted.live.endReason()));
        } finally {
            overdue.cancel(false);
        }
    }

    private TransactionReply finish(HostedTransaction hosted) throws LiveTransaction.Over {
        // Before it is over: what is over and not committing loses its turn at the next look.
        hosted.committing = true;
        boolean finished = false;
        Command command;
        try {
            command = hosted.live.finish();
            finished = true;
        } finally {
            hosted.committing = finished;
        }
        return TransactionReply.commit(command == null ? null : CommandCodec.encode(command));
    }

    private TransactionReply statement(HostedTransaction hosted, TransactionRequest request, Deadline deadline)
            throws SQLException, LiveTransaction.Over, CommandExecutor.TransactionLost {
        Statement statement = request.statement();
        TransactionControl control = TransactionControl.parse(statement.sql());
        if (control.kind() == TransactionControl.Kind.RELEASE
                && request.openedBySavepoint()
                && hosted.live.isOutermost(control.text())) {
            return finish(hosted);
        }
        Ruling ruling =
                control.isSavepoint() ? Ruling.WRITE : StatementRules.rule(statement.sql(), limits.foreignKeys());
        if (!hosted.begun) {
            hosted.live.begin();
            hosted.begun = true;
        }
        if (control.isSavepoint()) {
            StatementResult result = hosted.live.write(statement, control);
            return TransactionReply.done(result instanceof StatementResult.Failed ? result : NOTHING, true);
        }
        if (ruling.kind() == Ruling.Kind.EITHER) {
            awaitFreshness(hosted, deadline);
            ruling = hosted.live.writes(statement.sql()) ? StatementRules.checkedAsWrite(statement.sql()) : Ruling.READ;
        }
        switch (ruling.kind()) {
            case REFUSED -> {
                return failed(ruling.reason());
            }
            case WRITE_ALONE -> {
                return failed("this statement can't be part of a transaction; send it by itself");
            }
            case NOTHING -> {
                return TransactionReply.done(NOTHING, true);
            }
            case WRITE -> {
                StatementResult.Failed failure = prepareToWrite(hosted, request, deadline);
                return failure != null
                        ? TransactionReply.done(failure, true)
                        : TransactionReply.done(shown(statement, hosted.live.write(statement, control)), false);
            }
            default -> {
                awaitFreshness(hosted, deadline);
                return TransactionReply.done(hosted.live.read(statement), true);
            }
        }
    }

    /** What CREATE and its like leave in changes() are the rows of the statement before. */
    private static StatementResult shown(Statement statement, StatementResult result) {
        return result instanceof StatementResult.Changed changed && !CommandExecutor.countsRows(statement)
                ? new StatementResult.Changed(0, changed.lastInsertRowid())
                : result;
    }

    private static TransactionReply failed(String reason) {
        return TransactionReply.done(new StatementResult.Failed(SqlErrors.ERROR, reason), true);
    }

    private StatementResult.@Nullable Failed prepareToWrite(
            HostedTransaction hosted, TransactionRequest request, Deadline deadline)
            throws SQLException, LiveTransaction.Over {
        if (hosted.live.mayWrite()) {
            return null;
        }
        if (!hosted.begun) {
            hosted.live.begin();
            hosted.begun = true;
        }
        CompletableFuture<WriteTurn> granted = replicator.takeTurn(request.proposer(), deadline.remaining());
        WriteTurn turn;
        try {
            turn = get(granted, deadline);
        } catch (RuntimeException e) {
            granted.thenAccept(WriteTurn::giveBack); // should it come after all
            throw e;
        }
        try {
            awaitFreshness(hosted, deadline);
        } catch (RuntimeException e) {
            turn.giveBack();
            throw e;
        }
        return hosted.live.startWriting(turn, deadline);
    }

    /** The first statement sees everything that was committed before it came. */
    private void awaitFreshness(HostedTransaction hosted, Deadline deadline) {
        if (!hosted.snapshot) {
            get(replicator.readIndex(deadline.remaining()), deadline);
            hosted.snapshot = true;
        }
    }

    private static <T> T get(CompletableFuture<T> future, Deadline deadline) {
        return deadline.await(
                future,
                () -> new ReplicaException.Busy("busy: the deadline passed. The statement was not run; retry it."),
                () -> new ReplicaException.Stopped("the leader is shutting down"));
    }

    private static void end(HostedTransaction hosted, String reason) {
        hosted.live.close(reason);
    }

    /** Ends what is overdue, forgets what is over. */
    private void look() {
        long now = System.nanoTime();
        open.forEach((name, hosted) -> {
            try {
                String reason = hosted.overdue(now, transactionLimits);
                if (reason != null) {
                    end(hosted, reason);
                } else if (hosted.isOver() && !hosted.committing) {
                    end(hosted, "it is over"); // gives its turn back, whoever ended it
                }
            } catch (RuntimeException e) { // the next look has to come all the same
                log.error("a transaction could not be ended", e);
            }
            if (hosted.isForgettable(now, MEMORY_NANOS)) {
                open.remove(name);
            }
        });
    }

    @Override
    public void suspend() {
        synchronized (this) {
            suspended = true;
        }
        endAll("a snapshot took the database's place");
    }

    @Override
    public synchronized void resume(ClusterLimits newLimits) {
        limits = newLimits;
        suspended = false;
    }

    /** Ends all of them, and closes every connection to the database file. */
    private void endAll(String reason) {
        long deadline = System.nanoTime() + END_NANOS;
        while (true) {
            open.values().forEach(hosted -> end(hosted, reason));
            synchronized (this) {
                idle.forEach(TransactionConnection::close);
                idle.clear();
                if (lent == 0) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw new NodeFault("a transaction on " + file + " does not end. Start the node again.");
                }
                try {
                    wait(LOOK_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        endAll(SHUTTING_DOWN);
        clock.shutdownNow();
    }
}
