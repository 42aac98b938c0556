package io.lightraft.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import okhttp3.OkHttpClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One peer: the two senders towards it, and the evidence of its life. Safe for use by several threads. */
final class PeerLink {

    private static final Logger log = LoggerFactory.getLogger(PeerLink.class);
    /** A dying process closes its sockets one after another, so its port may still answer when its stream ends. */
    private static final int[] PROBE_PAUSES_MILLIS = {0, 5, 10, 20, 40, 80};

    private static final int PROBE_TIMEOUT_MILLIS = 100;

    private final Peer peer;
    private final FrameHandler handler;
    private final Map<Lane, StreamSender> senders = new EnumMap<>(Lane.class);
    private final AtomicLongArray heardAt = new AtomicLongArray(Lane.values().length);
    private volatile boolean closed;
    /** Whether a stream of the peer has ended, and there has been no sign of life since. */
    private boolean ended;

    private boolean deathTold;
    private boolean probing;

    PeerLink(
            Peer peer,
            TransportConfig config,
            OkHttpClient client,
            FrameCodec codec,
            FrameHandler handler,
            LongSupplier epochs) {
        this.peer = peer;
        this.handler = handler;
        for (Lane lane : Lane.values()) {
            senders.put(lane, new StreamSender(config, this, lane, client, codec, handler, epochs));
            heardAt.set(lane.ordinal(), System.nanoTime());
        }
    }

    Peer peer() {
        return peer;
    }

    void start() {
        senders.values().forEach(StreamSender::start);
    }

    void send(Frame frame) {
        sender(Lane.of(frame)).send(frame);
    }

    void close() {
        closed = true;
        senders.values().forEach(StreamSender::close);
    }

    void join(long deadlineNanos) throws InterruptedException {
        for (StreamSender sender : senders.values()) {
            sender.join((deadlineNanos - System.nanoTime()) / 1_000_000);
        }
    }

    /** Something arrived from the peer. */
    void heard(Lane lane) {
        heardAt.set(lane.ordinal(), System.nanoTime());
    }

    long heardAt(Lane lane) {
        return heardAt.get(lane.ordinal());
    }

    /** The peer took a stream of ours. */
    synchronized void accepted() {
        ended = false;
        deathTold = false;
    }

    /** We took a stream of the peer's: it is there, so its turn has come. */
    void inboundOpened(Lane lane) {
        heard(lane);
        accepted();
        sender(lane).wake();
    }

    /** A stream of the peer's broke. Looks at once whether anybody still listens there; takes some 0.2 s at most. */
    void inboundEnded() {
        synchronized (this) {
            ended = true;
            if (probing) {
                return;
            }
            probing = true;
        }
        try {
            for (int pause : PROBE_PAUSES_MILLIS) {
                Thread.sleep(pause);
                if (!isSuspect()) {
                    return;
                }
                if (isPortClosed()) {
                    nobodyListens();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            synchronized (this) {
                probing = false;
            }
        }
    }

    /** The peer's port refused a connection. Together with a stream that ended this means that its process is gone. */
    void nobodyListens() {
        synchronized (this) {
            if (!isSuspect()) {
                return;
            }
            deathTold = true;
        }
        log.info(
                "Node {} is gone: its stream ended and {}:{} refuses connections",
                peer.index(),
                peer.host(),
                peer.port());
        handler.presumedDead(peer.id());
        senders.values().forEach(StreamSender::cancelStream);
    }

    private synchronized boolean isSuspect() {
        return ended && !deathTold && !closed;
    }

    private boolean isPortClosed() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(peer.host(), peer.port()), PROBE_TIMEOUT_MILLIS);
            return false;
        } catch (IOException e) {
            return StreamSender.isConnectionRefused(e);
        }
    }

    private StreamSender sender(Lane lane) {
        StreamSender sender = senders.get(lane);
        if (sender == null) {
            throw new IllegalStateException("no sender for " + lane);
        }
        return sender;
    }
}
