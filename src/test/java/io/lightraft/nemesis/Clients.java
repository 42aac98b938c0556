package io.lightraft.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that each take one operation after the other, of all workloads in turn. */
final class Clients {

    /** Leaves the processors to the nodes: what matters is what happens, not how much of it. */
    private static final long PAUSE_NANOS = 8_000_000;

    private static final long PAUSE_AFTER_FAILURE_NANOS = 100_000_000;

    private final List<Workload<?, ?, ?>> workloads;
    private final long epochNanos;
    private final int epochs;
    private final long startNanos = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private final List<Throwable> surprises = new CopyOnWriteArrayList<>();
    private final AtomicLong answered = new AtomicLong();
    private volatile boolean stopping;

    Clients(List<Workload<?, ?, ?>> workloads, long epochMillis, int epochs) {
        this.workloads = List.copyOf(workloads);
        this.epochNanos = TimeUnit.MILLISECONDS.toNanos(epochMillis);
        this.epochs = epochs;
    }

    void start(Sql sql, long seed) {
        int client = threads.size();
        Thread thread = new Thread(() -> work(client, sql, new Random(seed)), "client-" + client);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    int count() {
        return threads.size();
    }

    /** The epoch it is now; the last one goes on for ever. */
    int epoch() {
        return (int) Math.min(epochs - 1, (System.nanoTime() - startNanos) / epochNanos);
    }

    /** How many operations so far. */
    long answered() {
        return answered.get();
    }

    List<Throwable> surprises() {
        return surprises;
    }

    /** Waits until each has its last answer. */
    void finish() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join(90_000);
            assertThat(thread.isAlive()).as("%s waits for an answer", thread).isFalse();
        }
    }

    private void work(int client, Sql sql, Random random) {
        try (sql) {
            while (!stopping) {
                // Sometimes what was settled long ago, which must still be so.
                int epoch = Math.max(0, epoch() - (random.nextInt(8) == 0 ? 1 : 0));
                boolean done = workloads.get(random.nextInt(workloads.size())).step(client, sql, epoch, random);
                answered.addAndGet(done ? 1 : 0);
                LockSupport.parkNanos(done ? PAUSE_NANOS : PAUSE_AFTER_FAILURE_NANOS);
            }
        } catch (Throwable surprise) {
            surprises.add(surprise);
        }
    }
}
