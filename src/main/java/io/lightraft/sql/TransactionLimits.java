package io.lightraft.sql;

/**
 * How long interactive transactions may last.
 *
 * @param idleMillis between two statements
 * @param contendedIdleMillis between two statements, once the transaction writes and others wait to write
 * @param totalMillis from its first statement on
 */
public record TransactionLimits(long idleMillis, long contendedIdleMillis, long totalMillis) {

    public static final TransactionLimits DEFAULT = new TransactionLimits(60_000, 5_000, 300_000);
}
