package io.lightraft.node;

import io.lightraft.raft.ConfState;
import java.util.List;

/**
 * What committed entries are applied to. Owned by the apply worker: all methods are called on its thread.
 *
 * @param <R> the result of a command, equal on every node
 */
public interface StateMachine<R> {

    /** Where the durable state stands. */
    Applied applied();

    /**
     * Applies entries in order, all in one durable step together with the new {@link #applied()}.
     *
     * @return one result per entry, in order, published only after the step is done; for an entry without a command
     *     the result is null
     * @throws RuntimeException when this node can't go on (a failure of the node, not of a statement); nothing of the
     *     batch was applied then, and the node stops
     */
    List<R> apply(List<CommittedEntry> batch);

    /** How far the state has come, and the membership as of that index. */
    record Applied(long index, long term, ConfState confState) {}
}
