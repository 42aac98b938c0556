package io.lightraft.server.tcp;

import io.lightraft.sql.ReadLevel;

/**
 * The listener's limits.
 *
 * @param maxLineBytes the longest line, and in multi-line mode the longest text of unfinished statements; a client that
 *     sends more is told so and its session ends
 * @param maxSessions sessions at once; a client too many is told so and refused
 * @param writeTimeoutMillis a session ends when its client takes nothing for so long
 * @param readLevel the consistency level that a session starts with
 * @param statementTimeoutMillis the deadline of each statement
 * @param shutdownGraceMillis how long running statements may take when the listener stops
 */
public record QueryListenerOptions(
        int maxLineBytes,
        int maxSessions,
        long writeTimeoutMillis,
        ReadLevel readLevel,
        long statementTimeoutMillis,
        long shutdownGraceMillis) {

    public static final QueryListenerOptions DEFAULT =
            new QueryListenerOptions(1 << 20, 1000, 10_000, ReadLevel.LINEARIZABLE, 30_000, 5_000);

    public QueryListenerOptions {
        requirePositive(maxLineBytes, "maxLineBytes");
        requirePositive(maxSessions, "maxSessions");
        requirePositive(writeTimeoutMillis, "writeTimeoutMillis");
        requirePositive(statementTimeoutMillis, "statementTimeoutMillis");
        if (shutdownGraceMillis < 0) {
            throw new IllegalArgumentException("shutdownGraceMillis must not be negative: " + shutdownGraceMillis);
        }
    }

    private static void requirePositive(long value, String name) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }
}
