package io.lightraft.transport;

import java.util.Map;

/** Sends frames to the other nodes. Safe for use by several threads. */
public interface Transport extends AutoCloseable {

    /**
     * Queues a frame and returns at once. Frames of one lane arrive in order or not at all: what can't be delivered (no
     * connection, queue full) is dropped, and {@link FrameHandler#unreachable} tells so.
     *
     * @param to a raft id; an unknown one is dropped silently, as it may have been removed
     */
    void send(long to, Frame frame);

    /**
     * Changes whom frames are sent to and taken from. Peers that stay where they are keep their streams. Does not block.
     *
     * @param rpcAddresses {@code host:port} by raft id; this node's own is left out
     */
    default void setPeers(Map<Long, String> rpcAddresses) {}

    /** Ends all streams, in and out. */
    @Override
    void close();
}
