package io.lightraft.node;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A state machine as a file (Raft §7): what a snapshot is made of, and what one becomes. Implemented beside
 * {@link StateMachine} by whoever holds the state.
 */
public interface StateFile {

    /**
     * Copies the whole state, as of one index, while entries go on being applied. Any thread. The copy is not synced.
     *
     * @param target a file that does not exist yet
     * @return what the copy says of itself
     * @throws IOException when that failed; the state itself is unharmed
     */
    StateMachine.Applied copyTo(Path target) throws IOException;

    /**
     * What a copy says of itself. Any thread.
     *
     * @throws IOException when it is no whole copy, or of a format that this release does not know
     */
    StateMachine.Applied inspect(Path copy) throws IOException;

    /**
     * Moves a copy to the place of the state; whoever has the state open lets go of it first. The apply worker's
     * thread. A crash in the middle leaves the old state or the new one, never a mixture.
     *
     * @throws IOException when that failed: the node has to stop
     */
    StateMachine.Applied replaceWith(Path copy) throws IOException;

    /**
     * Writes the state to a fresh file, without the room that deleted rows have left. The apply worker's thread.
     *
     * @param target a file that does not exist yet
     * @return the length of the present file
     * @throws IOException when that failed; the state itself is unharmed
     */
    default long rewriteTo(Path target) throws IOException {
        throw new IOException("this state can't be rewritten");
    }

    /**
     * Tries to bring all that was applied so far to the disk, so that the log need not keep it. The apply worker's
     * thread, between batches.
     *
     * @return false when a reader stood in the way; try again later
     */
    boolean makeDurable();
}
