package io.lightraft.transport;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The streams that peers send: at most one for each peer and lane, all of one incarnation of the peer. A process that
 * was stopped for a while and goes on still reads what its sockets hold of streams that their sender has long replaced,
 * so the epoch decides, not what arrived last. Safe for use by several threads.
 */
final class InboundStreams {

    private final Map<Long, Sender> senders = new HashMap<>();

    /** What is known of one sender. */
    private static final class Sender {
        private final UUID incarnation;
        private final Map<Lane, InboundStream> live = new EnumMap<>(Lane.class);
        private final Map<Lane, Long> lastEpochs = new EnumMap<>(Lane.class);

        Sender(UUID incarnation) {
            this.incarnation = incarnation;
        }
    }

    /**
     * Takes a stream and ends those that it replaces.
     *
     * @throws RefusedException when a newer one is there
     */
    void open(InboundStream stream) throws RefusedException {
        // Outside the lock, as it waits for a delivery that is under way, which must not hold up other peers' streams.
        register(stream).forEach(InboundStream::supersede);
    }

    /** Returns the streams that this one replaces. */
    private synchronized List<InboundStream> register(InboundStream stream) throws RefusedException {
        StreamHead head = stream.head();
        List<InboundStream> replaced = new ArrayList<>();
        Sender sender = senders.computeIfAbsent(head.from(), id -> new Sender(head.incarnation()));
        if (!sender.incarnation.equals(head.incarnation())) {
            checkNewer(sender, head);
            replaced.addAll(sender.live.values());
            sender = new Sender(head.incarnation());
            senders.put(head.from(), sender);
        }
        if (head.epoch() <= sender.lastEpochs.getOrDefault(head.lane(), Long.MIN_VALUE)) {
            throw RefusedException.late();
        }
        sender.lastEpochs.put(head.lane(), head.epoch());
        InboundStream older = sender.live.put(head.lane(), stream);
        if (older != null) {
            replaced.add(older);
        }
        return replaced;
    }

    synchronized void closed(InboundStream stream) {
        Sender sender = senders.get(stream.head().from());
        if (sender != null) {
            sender.live.remove(stream.head().lane(), stream);
        }
    }

    /** Ends the streams of a peer that is no longer one, or has moved; in the latter case it will open others. */
    void drop(long id) {
        Sender sender;
        synchronized (this) {
            sender = senders.remove(id);
        }
        if (sender != null) {
            sender.live.values().forEach(InboundStream::supersede);
        }
    }

    private static void checkNewer(Sender sender, StreamHead head) throws RefusedException {
        // The epochs of two processes compare by their clocks. A clock may have been set back, so an older epoch is
        // refused only while the other process is seen to live.
        for (InboundStream other : sender.live.values()) {
            if (head.epoch() <= other.head().epoch()) {
                throw new RefusedException(
                        409,
                        "another process that was started later runs as node " + (head.from() - 1)
                                + ": give each process an index of its own");
            }
        }
    }
}
