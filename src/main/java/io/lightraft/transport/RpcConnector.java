package io.lightraft.transport;

import java.net.InetAddress;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.AbstractHttp11Protocol;

/** The connector of the rpc port: a pool of threads of its own, and settings without which endless requests misbehave. */
public final class RpcConnector {

    /** Two per peer, as many again while replaced streams run out, and some for ordinary requests. */
    private static final int MAX_THREADS = 40;

    private static final int MIN_SPARE_THREADS = 4;
    private static final int ORDINARY_KEEP_ALIVE_MILLIS = 60_000;
    /** A peer whose machine has vanished holds a thread for this many election timeouts. */
    private static final int SILENT_ELECTION_TIMEOUTS = 3;

    private RpcConnector() {}

    /**
     * @param port 0 for any free one, told by {@link Connector#getLocalPort()} after the start
     * @param electionTimeoutMillis of the transport whose streams the connector takes
     */
    public static Connector create(InetAddress address, int port, int electionTimeoutMillis) {
        Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
        connector.setPort(port);
        AbstractHttp11Protocol<?> protocol = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
        protocol.setAddress(address);
        protocol.setMaxThreads(MAX_THREADS);
        protocol.setMinSpareThreads(MIN_SPARE_THREADS);
        // This is also how long the body of a stream may be silent.
        protocol.setConnectionTimeout(SILENT_ELECTION_TIMEOUTS * Math.max(1000, electionTimeoutMillis));
        protocol.setKeepAliveTimeout(ORDINARY_KEEP_ALIVE_MILLIS);
        protocol.setMaxKeepAliveRequests(-1);
        // The next two make a refusal arrive at once: no body is read on, none is asked for before the servlet reads.
        protocol.setMaxSwallowSize(0);
        protocol.setContinueResponseTiming("onRead");
        return connector;
    }
}
