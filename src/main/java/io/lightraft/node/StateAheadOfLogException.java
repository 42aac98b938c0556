package io.lightraft.node;

import io.lightraft.raft.LogStorage;

/**
 * The state machine holds entries that the log does not: somebody removed the log. To go on would let this node vote
 * twice in a term and overwrite what it acknowledged.
 */
public final class StateAheadOfLogException extends RuntimeException {

    private StateAheadOfLogException(String message) {
        super(message);
    }

    static void check(StateMachine.Applied applied, LogStorage log) {
        boolean reaches = applied.index() <= log.lastIndex() && applied.index() >= log.firstIndex() - 1;
        if (!reaches || (applied.index() > 0 && log.term(applied.index()) != applied.term())) {
            throw new StateAheadOfLogException("the database was applied up to entry " + applied.index() + " of term "
                    + applied.term() + ", which is not in the raft log beside it (entries " + log.firstIndex() + " to "
                    + log.lastIndex() + "). Put the log back, or remove both to begin with an empty node.");
        }
    }
}
