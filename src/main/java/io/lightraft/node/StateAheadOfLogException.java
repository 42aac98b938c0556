package io.lightraft.node;

import io.lightraft.raft.LogStorage;

/**
 * State and log don't belong together: somebody removed one of them. Without its log a node would vote twice in a term and
 * overwrite what it acknowledged; without its state it can't apply what follows. Without both it is blank, see
 * {@link Joining}.
 */
public final class StateAheadOfLogException extends RuntimeException {

    private StateAheadOfLogException(String message) {
        super(message);
    }

    static void check(StateMachine.Applied applied, LogStorage log) {
        if (Joining.isBlank(log.lastIndex(), applied)) {
            return;
        }
        if (applied.index() == 0) {
            throw new StateAheadOfLogException("the database is empty, or was removed, while the raft log beside it"
                    + " reaches up to entry " + log.lastIndex()
                    + ". Put the database back, or remove both: then the node is rebuilt from the others.");
        }
        boolean reaches = applied.index() <= log.lastIndex() && applied.index() >= log.firstIndex() - 1;
        if (!reaches || (applied.index() > 0 && log.term(applied.index()) != applied.term())) {
            throw new StateAheadOfLogException("the database was applied up to entry " + applied.index() + " of term "
                    + applied.term() + ", which is not in the raft log beside it (entries " + log.firstIndex() + " to "
                    + log.lastIndex()
                    + "). Put the log back, or remove both: then the node is rebuilt from the others.");
        }
    }
}
