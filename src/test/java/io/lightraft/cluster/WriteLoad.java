package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that write without a pause, each a number that is never written again, and remember what they were told. The
 * table has no key, so that a write that was done twice shows.
 */
final class WriteLoad implements AutoCloseable {

    /** Writes a row, once, and says what became of it. */
    interface Client extends AutoCloseable {
        Outcome insert(String table, long id);

        @Override
        default void close() {}
    }

    private static final long PAUSE_AFTER_FAILURE_NANOS = 20_000_000;

    private final String table;
    private final AtomicLong nextId = new AtomicLong();
    private final AtomicLong doneCount = new AtomicLong();
    private final Map<Long, Outcome> outcomes = new ConcurrentHashMap<>();
    private final List<Throwable> surprises = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    WriteLoad(String table) {
        this.table = table;
    }

    WriteLoad with(Client client) {
        Thread thread = new Thread(() -> write(client), "writer-" + threads.size());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return this;
    }

    long doneCount() {
        return doneCount.get();
    }

    /** Waits until each has its last answer. */
    void finish() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join(90_000);
            assertThat(thread.isAlive()).as("%s waits for an answer", thread).isFalse();
        }
        assertThat(surprises).isEmpty();
    }

    /**
     * What was acknowledged is there once, what was refused is not, what is unknown is there at most once, and nothing
     * else.
     *
     * @param ids the table's content
     */
    void assertTold(List<String> ids) {
        Map<Long, Integer> counts = new HashMap<>();
        ids.forEach(id -> counts.merge(Long.valueOf(id), 1, Integer::sum));
        outcomes.forEach((id, outcome) -> {
            int count = counts.getOrDefault(id, 0);
            if (outcome == Outcome.UNKNOWN) {
                assertThat(count).as("%d, %s", id, outcome).isLessThanOrEqualTo(1);
            } else {
                assertThat(count).as("%d, %s", id, outcome).isEqualTo(outcome == Outcome.DONE ? 1 : 0);
            }
        });
        assertThat(outcomes.keySet()).containsAll(counts.keySet());
    }

    @Override
    public String toString() {
        Map<Outcome, Integer> counts = new HashMap<>();
        outcomes.values().forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
        return "writes " + counts;
    }

    @Override
    public void close() {
        stopping = true;
    }

    private void write(Client client) {
        try (client) {
            while (!stopping) {
                long id = nextId.incrementAndGet();
                Outcome outcome = client.insert(table, id);
                outcomes.put(id, outcome);
                if (outcome == Outcome.DONE) {
                    doneCount.incrementAndGet();
                } else {
                    LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
                }
            }
        } catch (Throwable surprise) {
            surprises.add(surprise);
        }
    }
}
