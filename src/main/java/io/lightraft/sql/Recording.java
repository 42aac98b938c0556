package io.lightraft.sql;

import java.util.List;

/**
 * What makes a command an interactive transaction that was run before: every node runs its statements again and keeps
 * what they do only if they start from the same state and come out the same. Otherwise it is a conflict, on every node.
 *
 * @param base index of the last entry with statements that the transaction saw
 * @param digest over all that the statements gave, see {@link OutcomeHash}
 * @param moments for each statement, what it computed with
 */
record Recording(long base, long digest, List<Moment> moments) {

    /** The clock (milliseconds since 1970 UTC) and the seed of one statement. */
    record Moment(long clockMillis, long seed) {}
}
