package io.lightraft.transport;

/**
 * What a transport tells its node. Called on the transport's threads, {@link #unreachable} also from within
 * {@link Transport#send}; must not block.
 */
public interface FrameHandler {

    /** A frame arrived. Frames of one peer and lane come in order; the two lanes come on threads of their own. */
    void received(long from, Frame frame);

    /**
     * Frames to this peer were lost, or may have been. Told once when a stream breaks, can't be opened or its queue
     * overflows, and again before the first frame of a new stream goes out.
     */
    void unreachable(long peer);

    /** A new stream to this peer stands (told for each lane); what it did not answer may be sent again. */
    void connected(long peer);

    /** A stream of this peer's ended and its port refuses connections: its process is gone. Told once per death. */
    void presumedDead(long peer);

    /** How far this node has applied the log. */
    default long appliedIndex() {
        return 0;
    }

    /**
     * A peer takes nothing of this node, as it knows it for no member. Told again and again.
     *
     * @param index what the peer had applied at least when it said so
     */
    default void notAMember(long index) {}
}
