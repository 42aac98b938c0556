package io.lightraft.sql;

import io.lightraft.node.ReplicaException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The moment by which a request has to be done, on this JVM's monotonic clock. */
record Deadline(long nanoTime) {

    static final long GRACE_MILLIS = 1_000;

    static Deadline in(Duration timeout) {
        // Bounded, so that differences of nanoTime never overflow.
        long nanos = timeout.compareTo(Duration.ofDays(1)) > 0 ? TimeUnit.DAYS.toNanos(1) : timeout.toNanos();
        return new Deadline(System.nanoTime() + Math.max(0, nanos));
    }

    Duration remaining() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    /**
     * Waits for an answer of the replica, and a little longer than this, as its own word on a deadline says more.
     *
     * @param late what to throw when there was none
     * @param interrupted what to throw when this thread was interrupted, and stays so
     */
    <T> T await(CompletableFuture<T> future, Supplier<ReplicaException> late, Supplier<ReplicaException> interrupted) {
        try {
            return future.get(remaining().toMillis() + GRACE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ReplicaException known) {
                throw known;
            }
            throw new IllegalStateException("the replica failed", e.getCause());
        } catch (TimeoutException e) {
            throw late.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted.get();
        }
    }

    Deadline butWithin(Duration longest) {
        Deadline other = in(longest);
        return other.nanoTime - nanoTime < 0 ? other : this;
    }
}
