package io.lightraft.sql;

import org.jspecify.annotations.Nullable;

/**
 * What the leader answers.
 *
 * @param message for those that say so, else empty
 * @param result for DONE and ENDED
 * @param read the result leaves the session's changes() and last_insert_rowid() as they were
 * @param command for COMMIT; null when there is nothing to commit
 */
record TransactionReply(
        Status status, String message, @Nullable StatementResult result, boolean read, byte @Nullable [] command) {

    enum Status {
        /** The statement has this result, and the transaction goes on. */
        DONE,
        /** The statement has this result, by which the transaction was rolled back. */
        ENDED,
        /** The transaction was rolled back before; the message says why. */
        GONE,
        /** Nothing was done and the transaction goes on; the message says why. */
        NOT_DONE,
        /** This node doesn't lead; nothing was begun. */
        NOT_LEADER,
        /** The command is to be proposed. */
        COMMIT
    }

    static TransactionReply done(StatementResult result, boolean read) {
        return new TransactionReply(Status.DONE, "", result, read, null);
    }

    static TransactionReply ended(StatementResult.Failed failure) {
        return new TransactionReply(Status.ENDED, "", failure, false, null);
    }

    static TransactionReply gone(String why) {
        return new TransactionReply(Status.GONE, why, null, false, null);
    }

    static TransactionReply notDone(String why) {
        return new TransactionReply(Status.NOT_DONE, why, null, false, null);
    }

    static TransactionReply commit(byte @Nullable [] command) {
        return new TransactionReply(Status.COMMIT, "", null, false, command);
    }

    static final TransactionReply NOT_LEADER = new TransactionReply(Status.NOT_LEADER, "", null, false, null);
}
