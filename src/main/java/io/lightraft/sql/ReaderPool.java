package io.lightraft.sql;

import io.lightraft.node.ReplicaException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A bounded number of connections that read the database file, opened as they are needed. Thread-safe. */
public final class ReaderPool implements FileUser, AutoCloseable {

    /** However long a request may take otherwise: a snapshot that stays keeps the write-ahead log from being reset. */
    private static final Duration LONGEST_READ = Duration.ofMinutes(5);

    /** From the deadline until the reader is closed under its user. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** An interrupt that comes between two statements has no effect on the second. */
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long CLOSE_WAIT_SECONDS = 10;
    private static final long SUSPEND_WAIT_SECONDS = 30;

    private final Path file;
    private volatile ClusterLimits limits;
    private final int size;
    private final Semaphore free;
    private final Deque<Reader> idle = new ArrayDeque<>();
    private final Set<Reader> busy = new HashSet<>();
    private final ScheduledThreadPoolExecutor deadlines;
    private boolean closed;

    /**
     * @param machine has the file open; the pool has to be closed before that one
     * @param size how many reads may run at once
     */
    public static ReaderPool of(SqliteStateMachine machine, int size) {
        ReaderPool pool = new ReaderPool(machine.file(), machine.limits(), size);
        machine.addUser(pool);
        return pool;
    }

    ReaderPool(Path file, ClusterLimits limits, int size) {
        this.file = file;
        this.limits = limits;
        this.size = size;
        free = new Semaphore(size, true);
        deadlines = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "read-deadlines-" + file.getFileName());
            thread.setDaemon(true);
            return thread;
        });
        deadlines.setRemoveOnCancelPolicy(true);
    }

    ClusterLimits limits() {
        return limits;
    }

    /** What is done with a reader. */
    interface Use<T> {
        T with(Reader reader) throws IOException, SQLException;
    }

    /**
     * Lends a reader on a snapshot of its own; when the deadline passes, its statement is interrupted. A reader whose
     * user is stuck then (its client doesn't read what it asked for) is taken away from him: others need it, and its
     * snapshot keeps the write-ahead log from being reset.
     *
     * @throws ReplicaException.Busy when no reader became free in time
     * @throws IOException as the use threw it
     */
    <T> T read(Session session, Deadline deadline, Use<T> use) throws IOException {
        Deadline end = deadline.butWithin(LONGEST_READ);
        acquire(end);
        Reader reader = lend();
        long nanos = end.remaining().toNanos();
        Future<?> expiry = deadlines.scheduleWithFixedDelay(reader::expire, nanos, AGAIN_NANOS, TimeUnit.NANOSECONDS);
        Future<?> loss = deadlines.schedule(() -> takeAway(reader), nanos + PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        boolean reusable = false;
        try {
            reader.begin(session);
            T result = use.with(reader);
            reusable = true;
            return result;
        } catch (SQLException e) {
            throw unreadable(e);
        } finally {
            expiry.cancel(false);
            loss.cancel(false);
            if (isStillLent(reader)) {
                putBack(reader, reusable);
                free.release();
            }
        }
    }

    private ReplicaException unreadable(SQLException e) {
        return new ReplicaException.Stopped("This node can't read " + file + ": " + SqlErrors.message(e)
                + ". Ask another node, and look at this one's disk.");
    }

    private void acquire(Deadline deadline) {
        try {
            if (!free.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new ReplicaException.Busy("All " + size + " readers of this node were busy until the deadline."
                        + " Try again, or ask another node.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicaException.Busy("The wait for a reader was interrupted. Try again.");
        }
    }

    /** Needs a permit, and gives it back when it fails. */
    private Reader lend() {
        Reader reader = null;
        try {
            synchronized (this) {
                if (closed) {
                    throw new ReplicaException.Stopped("This node is shutting down. Ask another one.");
                }
                reader = idle.pollFirst();
            }
            reader = reader != null ? reader : new Reader(file, limits);
            synchronized (this) {
                busy.add(reader);
            }
            return reader;
        } catch (SQLException e) {
            throw unreadable(e);
        } finally {
            if (reader == null) {
                free.release();
            }
        }
    }

    /** Ends a loan; false when {@link #takeAway} did it before. */
    private boolean isStillLent(Reader reader) {
        synchronized (this) {
            return busy.remove(reader);
        }
    }

    private void putBack(Reader reader, boolean reusable) {
        if (reusable && reader.end()) {
            synchronized (this) {
                if (!closed) {
                    idle.addFirst(reader);
                    return;
                }
            }
        }
        discard(reader);
    }

    /** On a thread of its own: closing waits for a statement that has not noticed yet that it was interrupted. */
    private void takeAway(Reader reader) {
        if (isStillLent(reader)) {
            Thread closer = new Thread(
                    () -> {
                        discard(reader);
                        free.release();
                    },
                    "read-closer-" + file.getFileName());
            closer.setDaemon(true);
            closer.start();
        }
    }

    private static void discard(Reader reader) {
        try {
            reader.close();
        } catch (SQLException ignored) {
            // It is not used again, whatever it says.
        }
    }

    /** Reads that run are interrupted; those that come wait, up to their deadlines. */
    @Override
    public void suspend() {
        try {
            if (!acquireAll(SUSPEND_WAIT_SECONDS)) {
                throw new NodeFault("a reader of " + file + " does not end, so that no snapshot can take its place."
                        + " Start the node again.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeFault("the wait for the readers of " + file + " was interrupted", e);
        }
        closeIdle();
    }

    @Override
    public void resume(ClusterLimits newLimits) {
        limits = newLimits;
        free.release(size);
    }

    /** Interrupts what still runs, and closes all connections. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            acquireAll(CLOSE_WAIT_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeIdle();
        deadlines.shutdownNow();
    }

    /** Waits for all readers, and interrupts those that are busy meanwhile. */
    private boolean acquireAll(long waitSeconds) throws InterruptedException {
        Future<?> interrupting =
                deadlines.scheduleWithFixedDelay(this::expireBusy, 0, AGAIN_NANOS, TimeUnit.NANOSECONDS);
        try {
            return free.tryAcquire(size, waitSeconds, TimeUnit.SECONDS);
        } finally {
            interrupting.cancel(false);
        }
    }

    private synchronized void expireBusy() {
        busy.forEach(Reader::expire);
    }

    private void closeIdle() {
        while (true) {
            Reader reader;
            synchronized (this) {
                reader = idle.pollFirst();
            }
            if (reader == null) {
                return;
            }
            discard(reader);
        }
    }
}
