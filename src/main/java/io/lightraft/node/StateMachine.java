package io.lightraft.node;

import io.lightraft.raft.ConfState;
import java.util.List;

/**
 * What committed entries are applied to. Owned by the apply worker: all methods are called on its thread.
 *
 * @param <R> the result of a command, equal on every node
 */
public interface StateMachine<R> {

    /** Where the durable state stands; at index 0, with nobody in the membership, when it holds nothing yet. */
    Applied applied();

    /**
     * Makes this the state at the beginning of a cluster, on the disk when it returns. Called on a state that holds
     * nothing, or an earlier beginning.
     */
    void bootstrap(Applied beginning);

    /**
     * Applies entries in order, in one durable step or several, each together with the new {@link #applied()}.
     *
     * @return one result per entry, in order, published only after all steps are done; for an entry without a command
     *     the result is null
     * @throws RuntimeException when this node can't go on (a failure of the node, not of a statement), and the node stops;
     *     entries before the one at fault may have been applied for good, as {@link #applied()} tells
     */
    List<R> apply(List<CommittedEntry> batch);

    /** Whether the entry is to be handed in without its command, however that reads. */
    default boolean skips(long index) {
        return false;
    }

    /** What replicas are compared by. */
    default StateHashes hashes() {
        return StateHashes.NONE;
    }

    /** Whom to ask when the disk is full; called once, before anything else. Without it a full disk is a failure. */
    default void onFullDisk(RoomWaiter waiter) {}

    /** Where work waits that found the disk full. */
    interface RoomWaiter {

        /**
         * Blocks for a moment.
         *
         * @param what for the operator
         * @param first whether this is the first time, before {@link #roomFound}
         * @return whether to try again; else the node is stopping
         */
        boolean awaitRoom(String what, boolean first);

        void roomFound();
    }

    /**
     * How far the state has come, and the membership as of that index.
     *
     * @param members where those can be reached whom the membership names; empty where the state does not keep that
     */
    record Applied(long index, long term, ConfState confState, List<Member> members) {

        public Applied {
            members = List.copyOf(members);
        }

        public Applied(long index, long term, ConfState confState) {
            this(index, term, confState, List.of());
        }
    }
}
