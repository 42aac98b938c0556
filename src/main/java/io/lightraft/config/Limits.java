package io.lightraft.config;

import io.lightraft.sql.ClusterLimits;

/**
 * The {@code [limits]} block: what this file's nodes take from their clients.
 *
 * @param lineBytes the longest line of an nc session
 * @param statementBytes the longest SQL statement, however it comes
 * @param requestBytes the longest body of an HTTP request
 * @param sessions nc sessions at once, per node
 * @param timeoutMillis how long a statement may wait for its result, where the client does not say
 */
public record Limits(int lineBytes, int statementBytes, int requestBytes, int sessions, int timeoutMillis) {

    public static final Limits DEFAULT = new Limits(1 << 20, 1 << 20, 64 << 20, 1000, 10_000);

    /** What decides about results, in the form that a new database keeps. */
    ClusterLimits ofCluster() {
        ClusterLimits other = ClusterLimits.DEFAULT;
        return new ClusterLimits(other.opcodeBudget(), other.maxReturnedBytes(), statementBytes, other.maxValueBytes());
    }
}
