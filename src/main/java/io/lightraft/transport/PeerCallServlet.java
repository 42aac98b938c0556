package io.lightraft.transport;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /raft/transaction}: takes questions of peers. They may take long, so they are answered on threads of
 * their own: those of the rpc connector are for the streams.
 */
public final class PeerCallServlet extends HttpServlet {

    public static final String PATH = PeerCallClient.PATH;

    private static final Logger log = LoggerFactory.getLogger(PeerCallServlet.class);
    private static final int MAX_BODY_BYTES = 96 << 20;

    /** Answers a question. */
    public interface Handler {
        byte[] handle(byte[] json) throws IOException;
    }

    private final transient TransportConfig config;
    private final transient Handler handler;
    private final transient Executor executor;

    public PeerCallServlet(HttpTransport transport, Handler handler, Executor executor) {
        this.config = transport.config();
        this.handler = handler;
        this.executor = executor;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!isMeantForThisNode(request)) {
            response.setStatus(HttpServletResponse.SC_CONFLICT);
            return;
        }
        byte[] json = request.getInputStream().readNBytes(MAX_BODY_BYTES);
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        try {
            executor.execute(() -> answer(context, json));
        } catch (RejectedExecutionException e) {
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            context.complete();
        }
    }

    private boolean isMeantForThisNode(HttpServletRequest request) {
        String cluster = URLEncoder.encode(config.clusterName(), StandardCharsets.UTF_8);
        try {
            return cluster.equals(request.getHeader(PeerCallClient.CLUSTER))
                    && Long.toString(config.selfId()).equals(request.getHeader(PeerCallClient.TO))
                    && config.lineage().fits(Lineage.of(request.getHeader(Lineage.HEADER)));
        } catch (RefusedException malformed) {
            return false;
        }
    }

    private void answer(AsyncContext context, byte[] json) {
        HttpServletResponse response = (HttpServletResponse) context.getResponse();
        try {
            byte[] reply = handler.handle(json);
            response.setContentType("application/json");
            response.setContentLength(reply.length);
            response.getOutputStream().write(reply);
        } catch (IOException e) {
            log.debug("A question of a peer could not be answered: {}", e.toString());
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
        } catch (RuntimeException e) {
            log.error("A question of a peer failed", e);
            response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        } finally {
            context.complete();
        }
    }
}
