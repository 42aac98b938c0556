package io.lightraft.nemesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that each add 1 to a number, with a key, and send it again to any node for as long as it takes to be told that
 * it is done. So it is known what the number must be.
 */
final class Counting {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
    private static final Duration PATIENCE = Duration.ofSeconds(300);

    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> surprises = new CopyOnWriteArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean stopping;

    static List<String> schema() {
        return List.of("CREATE TABLE counter(n INTEGER NOT NULL)", "INSERT INTO counter VALUES(0)");
    }

    void start(HttpClientSql sql) {
        Thread thread = new Thread(() -> work(sql), "counting-" + threads.size());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    List<Throwable> surprises() {
        return surprises;
    }

    /** To be called when there are no faults any more. */
    void finish() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join(PATIENCE.toMillis());
            assertThat(thread.isAlive()).as("%s waits for an answer", thread).isFalse();
        }
    }

    /** @return what was counted, in words */
    String assertExact(Sql sql) {
        List<List<List<String>>> rows = new ArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            Sql.Reply reply = sql.read("SELECT n FROM counter");
            rows.add(reply.rows());
            return reply.fate() == Sql.Fate.DONE;
        });
        assertThat(rows.get(rows.size() - 1))
                .as("added 1 exactly so often")
                .isEqualTo(List.of(List.of(String.valueOf(done.get()))));
        return "exactly once: " + done + " writes with keys, sent " + sent + " times";
    }

    private void work(HttpClientSql sql) {
        try {
            while (!stopping) {
                Sql.Reply reply = sql.writeUntilKnown(sent::incrementAndGet, "UPDATE counter SET n = n + 1");
                if (reply.fate() != Sql.Fate.DONE || reply.changed() != 1) {
                    throw new IllegalStateException("a row is there to change: " + reply.text());
                }
                done.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (Throwable surprise) {
            surprises.add(surprise);
        }
    }
}
