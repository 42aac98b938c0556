package io.lightraft.sql;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.sqlite.SQLiteConnection;

/**
 * Hashes all content as of one index while writes go on: the apply worker opens a snapshot right behind the entry, and a
 * thread of its own reads it. A snapshot keeps the write-ahead log from being reset, so there are never many.
 */
final class ContentHasher implements FileUser, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ContentHasher.class);
    private static final String UNREADABLE = "unreadable";
    /** One for each node at which somebody may ask, in a cluster of the usual size. */
    private static final int WAITING = 7;

    private static final long CLOSE_POLL_MILLIS = 10;

    private final Path file;
    private final SqliteHashes hashes;
    private final Set<SQLiteConnection> open = ConcurrentHashMap.newKeySet();
    private ClusterLimits limits;
    private ThreadPoolExecutor thread;
    private volatile boolean closed;

    ContentHasher(Path file, ClusterLimits limits, SqliteHashes hashes) {
        this.file = file;
        this.limits = limits;
        this.hashes = hashes;
        thread = newThread(file);
    }

    private static ThreadPoolExecutor newThread(Path file) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread made = new Thread(task, "content-hash-" + file.getFileName());
                    made.setDaemon(true);
                    return made;
                });
        executor.setRejectedExecutionHandler((task, rejecting) -> {});
        return executor;
    }

    /** On the apply thread, between transactions. Does nothing when others are still being hashed. */
    void hashAsOf(long index) throws SQLException {
        if (closed || open.size() > WAITING) {
            log.warn("the content as of index {} is not hashed here: earlier ones are still under way", index);
            return;
        }
        SQLiteConnection connection = SqliteConnections.openReader(file, limits);
        open.add(connection);
        run(connection, "BEGIN");
        run(connection, "SELECT applied_index FROM _lightraft_state"); // opens the snapshot
        String node = MDC.get("node");
        thread.execute(() -> {
            MDC.put("node", node);
            hash(connection, index);
        });
    }

    /** The result of the entry that asks for it: its index. */
    static CommandExecutor.Outcome outcome(long index, AppliedState from) {
        StatementResult result = new StatementResult.Rows(
                List.of(new Column("index", null)), List.of(List.of(index)), 0, from.lastInsertRowid());
        return new CommandExecutor.Outcome(List.of(result), from.lastInsertRowid(), from.rowsAffected());
    }

    /** What {@link #outcome} says. */
    static long index(List<StatementResult> results) {
        return results.get(0) instanceof StatementResult.Rows rows
                        && rows.rows().get(0).get(0) instanceof Long index
                ? index
                : 0;
    }

    private void hash(SQLiteConnection connection, long index) {
        try {
            long start = System.nanoTime();
            String hash = ContentHash.of(connection);
            log.info(
                    "content as of index {} hashed in {} ms: {}",
                    index,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    hash);
            hashes.contentHashed(index, hash);
        } catch (SQLException e) {
            if (!closed) {
                log.warn("the content as of index {} can't be hashed: {}", index, SqlErrors.message(e));
                if (SqlErrors.isDamagedFile(e)) {
                    hashes.contentHashed(index, UNREADABLE); // which no sound node says
                }
            }
        } finally {
            discard(connection);
        }
    }

    private void discard(SQLiteConnection connection) {
        open.remove(connection);
        try {
            connection.close();
        } catch (SQLException e) {
            log.warn("a reader of {} can't be closed: {}", file, SqlErrors.message(e));
        }
    }

    private static void run(SQLiteConnection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    @Override
    public void suspend() {
        close();
    }

    @Override
    public void resume(ClusterLimits newLimits) {
        limits = newLimits;
        thread = newThread(file);
        closed = false;
    }

    /** Interrupts what is under way; nothing is open afterwards. */
    @Override
    public void close() {
        closed = true;
        thread.shutdown();
        try {
            do {
                for (SQLiteConnection connection : open) {
                    interrupt(connection);
                }
            } while (!thread.awaitTermination(CLOSE_POLL_MILLIS, TimeUnit.MILLISECONDS) && !open.isEmpty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void interrupt(SQLiteConnection connection) {
        try {
            connection.getDatabase().interrupt();
        } catch (SQLException ignored) {
            // Closed meanwhile, which is what is wanted.
        }
    }
}
