package io.lightraft.server.admin;

import io.lightraft.node.ContentHashes;
import io.lightraft.node.ReplicaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.HttpRequestHandler;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /admin/verify}: hashes the content of every node as of one index, while writes go on, and answers with all
 * hashes: {@code index}, {@code equal}, and for each node {@code nodeId}, {@code index}, {@code hash} (null when it did
 * not answer within {@code timeout}) and {@code equal} (whether it has what a majority has; null when that is not
 * known). Errors are problem details (RFC 9457).
 */
final class VerifyHandler implements HttpRequestHandler {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern SECONDS = Pattern.compile("([1-9]\\d{0,4})s");

    private final Function<Duration, ContentHashes> verify;

    VerifyHandler(Function<Duration, ContentHashes> verify) {
        this.verify = verify;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Duration timeout = timeout(request.getParameter("timeout"));
        if (!request.getMethod().equals("POST")) {
            response.setHeader("Allow", "POST");
            problem(response, 405, "Method not allowed", "Send a POST.");
        } else if (timeout == null) {
            problem(response, 400, "Bad request", "timeout takes seconds, as in timeout=60s.");
        } else {
            try {
                reply(response, 200, "application/json", json(verify.apply(timeout)));
            } catch (ReplicaException e) {
                problem(response, 503, "Not verified", String.valueOf(e.getMessage()));
            }
        }
    }

    private static @Nullable Duration timeout(@Nullable String text) {
        if (text == null) {
            return DEFAULT_TIMEOUT;
        }
        Matcher matcher = SECONDS.matcher(text);
        return matcher.matches() ? Duration.ofSeconds(Long.parseLong(matcher.group(1))) : null;
    }

    private static Map<String, Object> json(ContentHashes hashes) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("index", hashes.index());
        json.put("equal", hashes.equal());
        json.put(
                "nodes",
                hashes.nodes().stream().map(node -> json(node, hashes.index())).toList());
        return json;
    }

    private static Map<String, @Nullable Object> json(ContentHashes.OfNode node, long index) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("nodeId", node.nodeId());
        json.put("index", index);
        json.put("hash", node.hash());
        json.put("equal", node.equal());
        return json;
    }

    private static void problem(HttpServletResponse response, int status, String title, String detail)
            throws IOException {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", title);
        problem.put("status", status);
        problem.put("detail", detail);
        reply(response, status, "application/problem+json", problem);
    }

    private static void reply(HttpServletResponse response, int status, String type, Object body) throws IOException {
        response.setStatus(status);
        response.setContentType(type + "; charset=utf-8");
        response.getOutputStream().write(JSON.writeValueAsBytes(body));
    }
}
