package io.lightraft.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames over long-lived HTTP requests: to each peer two endless {@code POST /raft/stream}, one per {@link Lane}, with a
 * line of JSON per frame. {@link RaftStreamServlet} takes what the peers send.
 *
 * <p>Nothing is sent or taken before {@link #start}; nothing after {@link #close}.
 */
public final class HttpTransport implements Transport {

    private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);
    private static final long CLOSE_MILLIS = 900;

    private final TransportConfig config;
    private final FrameCodec codec;
    private final OkHttpClient client;
    private final PeerCallClient calls;
    private final InboundStreams inbound = new InboundStreams();
    private final AtomicLong epochs = new AtomicLong(TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()));
    private final Object lifecycle = new Object();
    private List<Peer> peers;
    private volatile Map<Long, PeerLink> links = Map.of();
    private volatile @Nullable FrameHandler handler;
    private volatile boolean closed;

    public HttpTransport(TransportConfig config) {
        this.config = config;
        this.peers = config.peers();
        this.codec = new FrameCodec(config.maxLineBytes());
        Duration timeout = Duration.ofMillis(config.electionTimeoutMillis());
        this.client = new OkHttpClient.Builder()
                .protocols(List.of(Protocol.HTTP_1_1))
                .socketFactory(new NoDelaySocketFactory())
                .proxy(Proxy.NO_PROXY)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .fastFallback(false)
                // A stream's connection is never of use to another stream.
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
                .connectTimeout(timeout)
                // Runs while waiting for "100 Continue" and for the final answer, not while the body is written.
                .readTimeout(timeout)
                .writeTimeout(timeout)
                .build();
        this.calls = new PeerCallClient(config, client);
    }

    /** Begins to connect to the peers and to take their streams. */
    public void start(FrameHandler frameHandler) {
        synchronized (lifecycle) {
            if (handler != null) {
                throw new IllegalStateException("started twice");
            }
            if (!closed) {
                connect(frameHandler);
            }
            // Only now streams are taken: before, every peer would be refused as unknown.
            handler = frameHandler;
        }
    }

    @Override
    public void send(long to, Frame frame) {
        PeerLink link = links.get(to);
        if (link != null) {
            link.send(frame);
        }
    }

    /**
     * Asks a peer something that is no frame, and waits for the answer; {@link PeerCallServlet} takes it.
     *
     * @throws IOException when there is no answer in time; the question may have arrived all the same
     */
    public byte[] call(long to, byte[] json, Duration timeout) throws IOException {
        PeerLink link = links.get(to);
        if (link == null) {
            throw new IOException("node " + (to - 1) + " is not known here");
        }
        return calls.call(link.peer(), json, timeout);
    }

    @Override
    public void setPeers(Map<Long, String> rpcAddresses) {
        setPeers(rpcAddresses.entrySet().stream()
                .map(peer -> Peer.of(peer.getKey(), peer.getValue()))
                .toList());
    }

    void setPeers(List<Peer> newPeers) {
        synchronized (lifecycle) {
            peers = List.copyOf(newPeers);
            FrameHandler current = handler;
            if (current == null || closed) {
                return;
            }
            connect(current);
        }
    }

    private void connect(FrameHandler current) {
        Map<Long, PeerLink> before = links;
        Map<Long, PeerLink> after = new HashMap<>();
        for (Peer peer : peers) {
            if (peer.id() != config.selfId()) {
                PeerLink link = before.get(peer.id());
                after.put(peer.id(), link != null && link.peer().equals(peer) ? link : link(peer, current));
            }
        }
        links = Map.copyOf(after);
        for (PeerLink link : before.values()) {
            if (!after.containsValue(link)) {
                link.close();
                inbound.drop(link.peer().id());
            }
        }
        after.values().stream().filter(link -> !before.containsValue(link)).forEach(PeerLink::start);
    }

    /**
     * Ends the streams of this node at once, and lets those of the peers end at their next line (a keep-alive, at the
     * latest), so that the web server's graceful shutdown does not wait for them. Returns within a second.
     */
    @Override
    public void close() {
        Map<Long, PeerLink> last;
        synchronized (lifecycle) {
            closed = true;
            last = links;
            links = Map.of();
        }
        last.values().forEach(PeerLink::close);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        try {
            for (PeerLink link : last.values()) {
                link.join(deadline);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.connectionPool().evictAll();
        calls.close();
    }

    TransportConfig config() {
        return config;
    }

    FrameCodec codec() {
        return codec;
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether a request is from a peer and for this node. */
    PeerLink check(String clusterName, long from, long to, String lineage) throws RefusedException {
        if (closed) {
            throw new RefusedException(503, "the node is stopping");
        }
        if (!clusterName.equals(config.clusterName())) {
            throw new RefusedException(
                    409,
                    "this node belongs to the cluster '" + config.clusterName() + "', the sender to '" + clusterName
                            + "': check [cluster] name and the addresses");
        }
        if (to != config.selfId()) {
            throw new RefusedException(
                    409,
                    "this is node " + config.selfIndex() + ", but the sender wants node " + (to - 1)
                            + ": check the nodes' addresses and order");
        }
        config.lineage().check(lineage, from);
        PeerLink link = links.get(from);
        if (link == null) {
            FrameHandler current = handler;
            throw RefusedException.notAMember(from, current == null ? 0 : current.appliedIndex());
        }
        return link;
    }

    /** For files, which would hold up the streams. */
    public SnapshotSender snapshotSender() {
        return new HttpSnapshotSender(config, codec, client, id -> {
            PeerLink link = links.get(id);
            return link == null ? null : link.peer();
        });
    }

    /** Takes a peer's stream. The caller must read it, and say so when it has ended. */
    InboundStream open(StreamHead head, String lineage) throws RefusedException {
        FrameHandler current = handler;
        if (closed || current == null) {
            throw new RefusedException(503, closed ? "the node is stopping" : "the node is starting");
        }
        PeerLink link = check(head.clusterName(), head.from(), head.to(), lineage);
        InboundStream stream = new InboundStream(head, lineage, link, current, config.selfId());
        inbound.open(stream);
        link.inboundOpened(head.lane());
        log.debug(
                "Taking a stream of node {} ({}), version {}",
                head.from() - 1,
                head.lane().label(),
                head.softwareVersion());
        return stream;
    }

    /**
     * Called when a stream that {@link #open} gave is not read any more.
     *
     * @param byPeer whether it broke at the other end, which may mean that the peer has died
     */
    void ended(InboundStream stream, boolean byPeer) {
        inbound.closed(stream);
        if (byPeer && !closed && !stream.isSuperseded()) {
            stream.link().inboundEnded();
        }
    }

    private PeerLink link(Peer peer, FrameHandler current) {
        return new PeerLink(peer, config, client, codec, current, epochs::incrementAndGet);
    }

    /** With Nagle's algorithm on, lines of 8 to 32 KB wait 44 ms for the other side's delayed acknowledgement. */
    private static final class NoDelaySocketFactory extends SocketFactory {

        @Override
        public Socket createSocket() throws IOException {
            return withNoDelay(new Socket());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return withNoDelay(new Socket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            return withNoDelay(new Socket(host, port, localHost, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return withNoDelay(new Socket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
                throws IOException {
            return withNoDelay(new Socket(host, port, localHost, localPort));
        }

        private static Socket withNoDelay(Socket socket) throws IOException {
            socket.setTcpNoDelay(true);
            return socket;
        }
    }
}
