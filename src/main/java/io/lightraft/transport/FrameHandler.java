package io.lightraft.transport;

/** What a transport tells its node. Called on the transport's threads; must not block. */
public interface FrameHandler {

    void received(long from, Frame frame);

    /** Frames to this peer were lost, or may have been. Told before the first frame of a new stream goes out. */
    void unreachable(long peer);

    /** A new stream to this peer stands; what it did not answer may be sent again. */
    void connected(long peer);

    /** This peer's streams ended and its port refuses connections: its process is gone. */
    void presumedDead(long peer);
}
