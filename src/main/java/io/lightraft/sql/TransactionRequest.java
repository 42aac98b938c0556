package io.lightraft.sql;

import java.time.Duration;
import java.util.UUID;

/**
 * What the node of a session asks the leader, where the transaction runs.
 *
 * @param transaction its name; one that is not known begins with sequence 1
 * @param sequence counts the requests of a transaction; one that comes again gets the same reply and does nothing
 * @param proposer what the session's node will propose the outcome as
 * @param start what the session brings along
 * @param openedBySavepoint instead of BEGIN, so that its release commits
 */
record TransactionRequest(
        UUID transaction,
        long sequence,
        Kind kind,
        UUID proposer,
        SessionValues start,
        boolean openedBySavepoint,
        Statement statement,
        Duration timeout) {

    enum Kind {
        /** Takes the right to write at once; there is no statement. */
        BEGIN_IMMEDIATE,
        RUN,
        COMMIT,
        /** It is over for the session; nobody waits for the reply. */
        CLOSE
    }

    static final Statement NO_STATEMENT = Statement.of("");
}
