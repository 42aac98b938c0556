package io.lightraft.sql;

import io.lightraft.node.WriteTurn;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An interactive transaction on the leader, on a connection of its own. What it writes stays in that connection and is
 * rolled back in the end; what lasts is the record of it, which {@link Replay} applies on every node. Its statements
 * come one at a time; {@link #end} may come from any thread, and its reason is what the next statement is told.
 */
final class LiveTransaction {

    /** It is over, and nothing of it stays. The message says why. */
    static final class Over extends Exception {
        Over(String why) {
            super(why, null, false, false);
        }
    }

    private static final int URGE_MILLIS = 5;
    private static final String LEADER_CHANGED = "the leader changed";

    private final TransactionConnection connection;
    private final WriteGate gate;
    private final SessionValues start;
    private final int maxRecordedBytes;
    private final SplittableRandom seeds;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Statement> statements = new ArrayList<>();
    private final List<Recording.Moment> moments = new ArrayList<>();
    private final List<String> savepoints = new ArrayList<>();

    private long digest;
    private long base;
    private long clockMillis;
    private long recordedBytes;
    private boolean begun;
    private boolean writing;
    private volatile boolean closed;
    private volatile @Nullable WriteTurn turn;
    private volatile @Nullable String endReason;

    /**
     * @param connection its own until {@link #close}
     * @param start what the session brings along
     */
    LiveTransaction(
            TransactionConnection connection, WriteGate gate, SessionValues start, int maxRecordedBytes, long seed) {
        this.connection = connection;
        this.gate = gate;
        this.start = start;
        this.maxRecordedBytes = maxRecordedBytes;
        seeds = new SplittableRandom(seed);
    }

    boolean mayWrite() {
        return writing;
    }

    @Nullable
    WriteTurn turn() {
        return turn;
    }

    /** The snapshot is taken by the first statement that reads or writes. */
    void begin() throws SQLException, Over {
        run(() -> {
            begun = true;
            connection.begin(start);
            return true;
        });
    }

    /**
     * Goes over to writing.
     *
     * @return null, or why it can't: another write has made its snapshot stale
     */
    StatementResult.@Nullable Failed startWriting(WriteTurn granted, Deadline deadline) throws SQLException, Over {
        turn = granted;
        if (!gate.enter(this, deadline)) {
            granted.giveBack();
            return new StatementResult.Failed(SqlErrors.BUSY, "busy: the database was in use until the deadline");
        }
        StatementResult.Failed stale = null;
        try {
            writing = run(() -> {
                boolean upgraded = connection.upgrade();
                if (upgraded) {
                    base = connection.lastSqlIndex();
                    clockMillis = connection.logClockMillis();
                }
                return upgraded;
            });
            if (!writing) {
                stale = new StatementResult.Failed(
                        SqlErrors.BUSY_SNAPSHOT,
                        "database is locked: another write came since this transaction began to read. ROLLBACK and"
                                + " begin it again.");
            }
        } finally {
            if (!writing) {
                gate.leave(this);
                granted.giveBack();
            }
        }
        return stale;
    }

    StatementResult read(Statement statement) throws SQLException, Over {
        Recording.Moment moment =
                new Recording.Moment(Math.max(clockMillis, System.currentTimeMillis()), seeds.nextLong());
        return run(() -> connection.read(statement, moment));
    }

    /** Whether SQLite would write to run it; false if it can't be run at all. */
    boolean writes(String sql) throws SQLException, Over {
        return run(() -> connection.writes(sql));
    }

    /** Runs what is recorded: writes, and what is done to savepoints. */
    StatementResult write(Statement statement, TransactionControl control)
            throws SQLException, Over, CommandExecutor.TransactionLost {
        long bytes = size(statement);
        if (recordedBytes + bytes > maxRecordedBytes) {
            return new StatementResult.Failed(
                    SqlErrors.TOO_BIG,
                    "the statements of one transaction may take " + maxRecordedBytes
                            + " bytes (the limit for what one entry of the log records). COMMIT or ROLLBACK it.");
        }
        clockMillis = Math.max(clockMillis, System.currentTimeMillis());
        Recording.Moment moment = new Recording.Moment(clockMillis, seeds.nextLong());
        StatementResult result;
        lock.lock();
        try {
            check();
            result = connection.executor().step(statement, moment);
        } finally {
            lock.unlock();
        }
        checkAfterwards();
        recordedBytes += bytes;
        digest = OutcomeHash.fold(digest, statements.size(), List.of(result));
        statements.add(statement);
        moments.add(moment);
        if (!(result instanceof StatementResult.Failed)) {
            note(control);
        }
        return result;
    }

    private static long size(Statement statement) {
        long bytes = 64 + statement.sql().length();
        for (Object value : statement.positional()) {
            bytes += CommandExecutor.size(new @Nullable Object[] {value});
        }
        for (Object value : statement.named().values()) {
            bytes += 64 + CommandExecutor.size(new @Nullable Object[] {value});
        }
        return bytes;
    }

    private void note(TransactionControl control) {
        int at = savepoints.lastIndexOf(control.text());
        if (control.kind() == TransactionControl.Kind.SAVEPOINT) {
            savepoints.add(control.text());
        } else if (control.isSavepoint() && at >= 0) {
            int keep = control.kind() == TransactionControl.Kind.RELEASE ? at : at + 1;
            savepoints.subList(keep, savepoints.size()).clear();
        }
    }

    /** Whether releasing it would release the first of all savepoints. */
    boolean isOutermost(String savepoint) {
        return savepoints.lastIndexOf(savepoint) == 0;
    }

    /** What is to be proposed, null if there is nothing; what was done here is rolled back. */
    @Nullable
    Command finish() throws Over {
        lock.lock();
        try {
            check();
            endReason = "it was committed";
            undo();
            return writing
                    ? new Command(
                            List.copyOf(statements),
                            false,
                            start.rowid(),
                            null,
                            new Recording(base, digest, List.copyOf(moments)),
                            start.changes())
                    : null;
        } finally {
            lock.unlock();
        }
    }

    /** Ends it from outside; the first reason counts. What runs is interrupted. */
    void end(String reason) {
        synchronized (this) {
            if (endReason == null) {
                endReason = reason;
            }
        }
        if (closed) {
            return; // its connection may be another one's by now
        }
        boolean mine = false;
        try {
            connection.interrupt();
            mine = lock.tryLock(URGE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (mine) {
            try {
                undo();
            } finally {
                lock.unlock();
            }
        } // otherwise whoever runs its statement undoes it, once that is interrupted
    }

    /** Ends it for an entry that is to be applied. None is as long as this node leads, but for changes of the members. */
    void giveWay() {
        WriteTurn granted = turn;
        end(
                granted != null && granted.isOver()
                        ? LEADER_CHANGED
                        : "another entry of the log had to be applied, as a change of the members");
    }

    @Nullable
    String endReason() {
        return endReason;
    }

    private interface Action<T> {
        T run() throws SQLException;
    }

    private <T> T run(Action<T> action) throws SQLException, Over {
        T result;
        lock.lock();
        try {
            check();
            result = action.run();
        } finally {
            lock.unlock();
        }
        checkAfterwards();
        return result;
    }

    private void check() throws Over {
        WriteTurn granted = turn;
        if (endReason == null && writing && granted != null && granted.isOver()) {
            endReason = LEADER_CHANGED;
        }
        if (endReason != null) {
            undo();
            throw new Over(endReason);
        }
    }

    /** What ended it while a statement ran could not roll it back. */
    private void checkAfterwards() throws Over {
        lock.lock();
        try {
            check();
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void undo() {
        if (closed) {
            return;
        }
        closed = true;
        connection.release(begun);
        gate.leave(this);
    }

    /** Gives the connection back, and the turn. */
    void close(String reason) {
        end(reason);
        WriteTurn granted = turn;
        if (granted != null) {
            granted.giveBack();
        }
    }
}
