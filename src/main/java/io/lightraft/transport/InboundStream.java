package io.lightraft.transport;

/** A stream that a peer sends and this node has taken. */
final class InboundStream {

    private final StreamHead head;
    private final String lineage;
    private final PeerLink link;
    private final FrameHandler handler;
    private final long selfId;
    private boolean superseded;

    InboundStream(StreamHead head, String lineage, PeerLink link, FrameHandler handler, long selfId) {
        this.head = head;
        this.lineage = lineage;
        this.link = link;
        this.handler = handler;
        this.selfId = selfId;
    }

    StreamHead head() {
        return head;
    }

    /** Of the sender's data when it opened the stream. */
    String lineage() {
        return lineage;
    }

    PeerLink link() {
        return link;
    }

    void heard() {
        link.heard(head.lane());
    }

    /**
     * Hands a frame on, unless a newer stream has taken this one's place.
     *
     * @throws ProtocolException when the frame was meant for another node
     */
    synchronized void deliver(Frame frame) throws ProtocolException {
        if (superseded) {
            return;
        }
        if (frame instanceof Frame.Raft raft && raft.message().to() != selfId) {
            throw new ProtocolException(
                    "a message to the raft id " + raft.message().to() + ", but this is " + selfId);
        }
        handler.received(head.from(), frame);
    }

    /** After the return no frame of this stream reaches the handler, though lines of it may still be read. */
    synchronized void supersede() {
        superseded = true;
    }

    synchronized boolean isSuperseded() {
        return superseded;
    }
}
