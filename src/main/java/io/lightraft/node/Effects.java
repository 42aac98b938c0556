package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.transport.Frame;
import java.util.Map;

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

    /** In order; its responses go out when it is durable. */
    void store(Message.StorageAppend append);

    /** In order; comes back as {@link ReplicaCore#applied}. */
    void apply(Message.StorageApply apply);
}
