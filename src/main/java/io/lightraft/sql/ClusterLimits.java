package io.lightraft.sql;

/**
 * Bounds and settings that decide about results, so they have to be equal on all nodes: kept in the database itself,
 * seeded when it is made.
 *
 * @param opcodeBudget what the statements of one entry may take, in instructions of SQLite's virtual machine
 * @param maxReturnedBytes of all rows that one entry returns
 * @param maxStatementBytes length of one statement's text
 * @param maxValueBytes length of one text or blob, and of one row
 * @param keyLifetimeMillis how long an idempotency key is remembered, by the clock of the log
 * @param foreignKeys whether foreign keys are enforced
 */
public record ClusterLimits(
        long opcodeBudget,
        int maxReturnedBytes,
        int maxStatementBytes,
        int maxValueBytes,
        long keyLifetimeMillis,
        boolean foreignKeys) {

    ClusterLimits(long opcodeBudget, int maxReturnedBytes, int maxStatementBytes, int maxValueBytes) {
        this(
                opcodeBudget,
                maxReturnedBytes,
                maxStatementBytes,
                maxValueBytes,
                KeyLimits.DEFAULT.lifetimeMillis(),
                true);
    }

    public static final ClusterLimits DEFAULT = new ClusterLimits(50_000_000L, 8 << 20, 4 << 20, 8 << 20);

    ClusterLimits withForeignKeys(boolean enforced) {
        return new ClusterLimits(
                opcodeBudget, maxReturnedBytes, maxStatementBytes, maxValueBytes, keyLifetimeMillis, enforced);
    }
}
