package io.lightraft.sql;

/**
 * Bounds on what is remembered of idempotency keys. Equal on all nodes: kept in the database itself, seeded when it is
 * made.
 *
 * @param lifetimeMillis how long a key is remembered, by the clock of the log
 * @param maxKeys the oldest are forgotten beyond that
 * @param maxResultBytes of the encoded results of one write; of larger ones only their fate is remembered
 */
record KeyLimits(long lifetimeMillis, long maxKeys, int maxResultBytes) {

    static final KeyLimits DEFAULT = new KeyLimits(24 * 60 * 60 * 1000L, 65_536, 8 << 10);

    KeyLimits withLifetimeMillis(long millis) {
        return new KeyLimits(millis, maxKeys, maxResultBytes);
    }
}
