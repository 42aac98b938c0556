package io.lightraft.config;

import io.lightraft.sql.ClusterLimits;
import io.lightraft.sql.TransactionLimits;

/**
 * The {@code [limits]} block: what this file's nodes take from their clients.
 *
 * @param lineBytes the longest line of an nc session
 * @param statementBytes the longest SQL statement, however it comes
 * @param requestBytes the longest body of an HTTP request
 * @param sessions nc sessions at once, per node
 * @param valueBytes the longest text or blob, and the longest row
 * @param returnedBytes of all rows that one write returns
 * @param steps what one write may take, in instructions of SQLite's virtual machine
 * @param keyLifetimeMillis how long an idempotency key is remembered
 * @param timeoutMillis how long a statement may wait for its result, where the client does not say
 * @param transactions how long an interactive transaction may last
 */
public record Limits(
        int lineBytes,
        int statementBytes,
        int requestBytes,
        int sessions,
        int valueBytes,
        int returnedBytes,
        int steps,
        int keyLifetimeMillis,
        int timeoutMillis,
        TransactionLimits transactions) {

    public static final Limits DEFAULT = new Limits(
            1 << 20,
            1 << 20,
            64 << 20,
            1000,
            ClusterLimits.DEFAULT.maxValueBytes(),
            ClusterLimits.DEFAULT.maxReturnedBytes(),
            (int) ClusterLimits.DEFAULT.opcodeBudget(),
            (int) ClusterLimits.DEFAULT.keyLifetimeMillis(),
            10_000,
            TransactionLimits.DEFAULT);

    /** What decides about results, in the form that a new database keeps. */
    ClusterLimits ofCluster(boolean foreignKeys) {
        return new ClusterLimits(steps, returnedBytes, statementBytes, valueBytes, keyLifetimeMillis, foreignKeys);
    }
}
