package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.transport.Frame;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a {@link ReplicaCore} wants done. None of these blocks. */
interface Effects {

    void send(long to, Frame frame);

    /**
     * Have streams with these nodes, and only with these.
     *
     * @param rpcAddresses by raft id, this node's own included
     */
    default void peers(Map<Long, String> rpcAddresses) {}

    /** With the file that it tells of; comes back as {@link ReplicaCore#snapshotSent}. */
    default void sendSnapshot(Message.InstallSnapshot message) {
        send(message.to(), new Frame.Raft(message));
    }

    /** The log is not to be shortened beyond this index from now on; {@link Long#MAX_VALUE} for no such limit. */
    default void keepLogBehind(long index) {}

    /** Sends a copy of this node's state to a peer whose own is wrong; unless that is under way. */
    default void copyState(long to, long term, long leastIndex) {}

    /** Puts a received copy in the place of the state; comes back as {@link ReplicaCore#stateReplaced}. */
    default void replaceState(SnapshotMetadata copy) {}

    /**
     * Write down, before whatever is stored later, that this node may not vote before its log reaches an index; to be
     * given back at each start.
     */
    default void keepAdmission(long leastIndexToVote) {}

    /** @param situation what this node waits for before it is part of a cluster; null once it is */
    default void situation(@Nullable String situation) {}

    /** @param outside whether this node has found that it is no member any more, or is one again */
    default void outside(boolean outside) {}

    /** In order; its responses go out when it is durable. */
    void store(Message.StorageAppend append);

    /** In order; comes back as {@link ReplicaCore#applied}. */
    void apply(Message.StorageApply apply);
}
