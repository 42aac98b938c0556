package io.lightraft.sql;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The moment by which a request has to be done, on this JVM's monotonic clock. */
record Deadline(long nanoTime) {

    static Deadline in(Duration timeout) {
        // Bounded, so that differences of nanoTime never overflow.
        long nanos = timeout.compareTo(Duration.ofDays(1)) > 0 ? TimeUnit.DAYS.toNanos(1) : timeout.toNanos();
        return new Deadline(System.nanoTime() + Math.max(0, nanos));
    }

    Duration remaining() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    Deadline butWithin(Duration longest) {
        Deadline other = in(longest);
        return other.nanoTime - nanoTime < 0 ? other : this;
    }
}
