package io.lightraft.transport;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
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

    private final transient HttpTransport transport;
    private final transient Handler handler;
    private final transient Executor executor;

    public PeerCallServlet(HttpTransport transport, Handler handler, Executor executor) {
        this.transport = transport;
        this.handler = handler;
        this.executor = executor;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            StreamHead.checkVersion(request::getHeader);
            transport.check(
                    URLDecoder.decode(header(request, PeerCallClient.CLUSTER), StandardCharsets.UTF_8),
                    number(request, PeerCallClient.FROM),
                    number(request, PeerCallClient.TO),
                    Lineage.of(request.getHeader(Lineage.HEADER)));
        } catch (RefusedException e) {
            log.debug("Refusing a question from {}: {}", request.getRemoteAddr(), e.reason());
            response.setStatus(e.status());
            response.setContentType("text/plain;charset=UTF-8");
            response.getOutputStream().write(e.reason().getBytes(StandardCharsets.UTF_8));
            return;
        } catch (IllegalArgumentException malformed) {
            response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
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

    private static String header(HttpServletRequest request, String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    private static long number(HttpServletRequest request, String name) {
        String value = header(request, name);
        return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : 0;
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
