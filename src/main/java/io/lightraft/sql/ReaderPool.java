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
public final class ReaderPool implements AutoCloseable {

    /** However long a request may take otherwise: a snapshot that stays keeps the write-ahead log from being reset. */
    private static final Duration LONGEST_READ = Duration.ofMinutes(5);

    private static final long CLOSE_WAIT_SECONDS = 10;

    private final Path file;
    private final ClusterLimits limits;
    private final int size;
    private final Semaphore free;
    private final Deque<Reader> idle = new ArrayDeque<>();
    private final Set<Reader> busy = new HashSet<>();
    private final ScheduledThreadPoolExecutor deadlines;
    private boolean closed;

    /**
     * @param file of a database that a {@link SqliteStateMachine} has open; the pool has to be closed before that one
     * @param size how many reads may run at once
     */
    public ReaderPool(Path file, ClusterLimits limits, int size) {
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
     * Lends a reader on a snapshot of its own; when the deadline passes, its statement is interrupted.
     *
     * @throws ReplicaException.Busy when no reader became free in time
     * @throws IOException as the use threw it
     */
    <T> T read(Session session, Deadline deadline, Use<T> use) throws IOException {
        Deadline end = deadline.butWithin(LONGEST_READ);
        acquire(end);
        Reader reader = null;
        try {
            reader = take();
            reader.begin(session);
            Future<?> expiry =
                    deadlines.schedule(reader::expire, end.remaining().toNanos(), TimeUnit.NANOSECONDS);
            T result;
            try {
                result = use.with(reader);
            } finally {
                expiry.cancel(false);
            }
            reader.end();
            giveBack(reader);
            reader = null;
            return result;
        } catch (SQLException e) {
            throw new ReplicaException.Stopped("This node can't read " + file + ": " + SqlErrors.message(e)
                    + ". Ask another node, and look at this one's disk.");
        } finally {
            if (reader != null) {
                discard(reader);
            }
            free.release();
        }
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

    private Reader take() throws SQLException {
        synchronized (this) {
            if (closed) {
                throw new ReplicaException.Stopped("This node is shutting down. Ask another one.");
            }
            Reader reader = idle.pollFirst();
            if (reader != null) {
                busy.add(reader);
                return reader;
            }
        }
        Reader reader = new Reader(file, limits);
        synchronized (this) {
            busy.add(reader);
        }
        return reader;
    }

    private void giveBack(Reader reader) {
        synchronized (this) {
            busy.remove(reader);
            if (!closed) {
                idle.addFirst(reader);
                return;
            }
        }
        discard(reader);
    }

    private void discard(Reader reader) {
        synchronized (this) {
            busy.remove(reader);
        }
        try {
            reader.close();
        } catch (SQLException ignored) {
            // It is not used again, whatever it says.
        }
    }

    /** Interrupts what still runs, and closes all connections. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            busy.forEach(Reader::expire);
        }
        try {
            free.tryAcquire(size, CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Reader reader;
        while (true) {
            synchronized (this) {
                reader = idle.pollFirst();
            }
            if (reader == null) {
                break;
            }
            discard(reader);
        }
        deadlines.shutdownNow();
    }
}
