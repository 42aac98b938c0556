package io.lightraft.transport;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * {@code POST /raft/stream}: reads a peer's endless request line by line, on one thread of the rpc connector, which must
 * be configured as {@link RpcConnector} does. Whether the stream is taken is decided before its body is touched, since
 * the first read tells the sender to go on. Never throws: an exception would become an error page.
 */
public final class RaftStreamServlet extends HttpServlet {

    public static final String PATH = StreamHead.PATH;

    private static final Logger log = LoggerFactory.getLogger(RaftStreamServlet.class);

    /** The peer ended it or broke it; the answer hardly reaches anybody. */
    private static final RefusedException ENDED = new RefusedException(200, "");

    private final transient HttpTransport transport;
    /** The last refusal that was logged; a peer that keeps trying is not worth a line each time. */
    private volatile String lastRefusal = "";

    public RaftStreamServlet(HttpTransport transport) {
        this.transport = transport;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) {
        MDC.put("node", Long.toString(transport.config().selfIndex()));
        try {
            InboundStream stream =
                    transport.open(StreamHead.of(request::getHeader), Lineage.of(request.getHeader(Lineage.HEADER)));
            boolean endedByPeer = false;
            try {
                RefusedException end = read(stream, request);
                endedByPeer = end == ENDED;
                answer(response, end);
            } finally {
                transport.ended(stream, endedByPeer);
            }
        } catch (RefusedException e) {
            logRefusal(request, e);
            answer(response, e);
        } catch (RuntimeException e) {
            log.error("A stream from {} failed", request.getRemoteAddr(), e);
        } finally {
            MDC.remove("node");
        }
    }

    /** Hands the stream's frames on until it ends, and says what to answer. */
    private RefusedException read(InboundStream stream, HttpServletRequest request) {
        String name = "node " + (stream.head().from() - 1) + " ("
                + stream.head().lane().label() + ")";
        try {
            LineReader lines =
                    new LineReader(request.getInputStream(), transport.config().maxLineBytes(), stream::heard);
            while (lines.next()) {
                if (transport.isClosed()) {
                    return new RefusedException(503, "the node is stopping");
                }
                if (stream.isSuperseded()) {
                    return new RefusedException(
                            409, "a newer stream has taken this one's place, or its sender was removed");
                }
                // A snapshot may have given this node another one since.
                transport
                        .config()
                        .lineage()
                        .check(stream.lineage(), stream.head().from());
                // An empty line is a keep-alive.
                if (lines.length() > 0) {
                    stream.deliver(transport.codec().decode(lines.buffer(), lines.offset(), lines.length()));
                }
            }
            log.debug("The stream of {} ended", name);
            return ENDED;
        } catch (RefusedException e) {
            return e;
        } catch (ProtocolException e) {
            log.warn("Closing the stream of {}: {}", name, e.getMessage());
            return new RefusedException(400, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            log.debug("The stream of {} broke: {}", name, e.toString());
            return ENDED;
        }
    }

    private void logRefusal(HttpServletRequest request, RefusedException e) {
        String text = "Refusing a stream from " + request.getRemoteAddr() + ": " + e.reason();
        if (e.isOrdinary() || text.equals(lastRefusal)) {
            log.debug(text);
        } else {
            lastRefusal = text;
            log.warn(text);
        }
    }

    /** Not sendError, which would bring up the error page of the web application. */
    private static void answer(HttpServletResponse response, RefusedException end) {
        try {
            response.setStatus(end.status());
            response.setContentType("text/plain;charset=UTF-8");
            response.setHeader(StreamHead.APPLIED, Long.toString(end.appliedIndex()));
            response.getOutputStream().write(end.reason().getBytes(StandardCharsets.UTF_8));
            response.flushBuffer();
        } catch (IOException e) {
            log.debug("A peer did not take the answer: {}", e.toString());
        }
    }
}
