package io.lightraft.sql;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Lets either the apply worker or one interactive transaction write to the database file, so that neither ever meets
 * SQLite's own lock. The apply worker does not wait for a transaction: it ends it. Thread-safe.
 */
final class WriteGate {

    private static final int URGE_MILLIS = 5;

    private final Semaphore permit = new Semaphore(1);
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicReference<@Nullable LiveTransaction> inside = new AtomicReference<>();

    /** Changes when connections that were opened before should not be used any more. */
    int generation() {
        return generation.get();
    }

    void nextGeneration() {
        generation.incrementAndGet();
    }

    /** The apply worker comes. */
    void enterToApply() {
        boolean interrupted = false;
        while (!permit.tryAcquire()) {
            LiveTransaction transaction = inside.get();
            if (transaction != null) {
                transaction.giveWay();
            }
            try {
                if (permit.tryAcquire(URGE_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The apply worker goes. */
    void leaveAfterApply() {
        permit.release();
    }

    /** A transaction comes; false when the apply worker took too long to go. */
    boolean enter(LiveTransaction transaction, Deadline deadline) {
        try {
            if (!permit.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        inside.set(transaction);
        return true;
    }

    /** The transaction goes. */
    void leave(LiveTransaction transaction) {
        if (inside.compareAndSet(transaction, null)) {
            permit.release();
        }
    }
}
