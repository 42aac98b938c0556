package io.lightraft.server.admin;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request to {@code /admin}, read whole.
 *
 * @param path without the leading {@code /admin/}, split at slashes
 * @param query as in the request line, null when there is none
 * @param givenTimeout how long the caller wants to wait, where it says so
 */
record AdminRequest(
        String method,
        List<String> path,
        @Nullable String query,
        byte[] body,
        @Nullable Duration givenTimeout) {

    private static final int MAX_NODE_ID = 9999;
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern TIMEOUT = Pattern.compile("(?:^|&)timeout=([^&]*)");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,7})(ms|s|m)");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static AdminRequest of(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new Problem(413, "Too large", "the body is longer than " + MAX_BODY_BYTES + " bytes.");
        }
        List<String> path = Arrays.stream(request.getRequestURI().split("/"))
                .filter(part -> !part.isEmpty())
                .skip(1)
                .toList();
        return new AdminRequest(
                request.getMethod(), path, request.getQueryString(), body, timeout(request.getQueryString()));
    }

    Duration timeout() {
        return timeoutOr(DEFAULT_TIMEOUT);
    }

    Duration timeoutOr(Duration otherwise) {
        return givenTimeout == null ? otherwise : givenTimeout;
    }

    private static @Nullable Duration timeout(@Nullable String query) {
        Matcher given = TIMEOUT.matcher(query == null ? "" : query);
        if (!given.find()) {
            return null;
        }
        Matcher duration = DURATION.matcher(given.group(1));
        if (!duration.matches()) {
            throw Problem.badRequest("timeout is no duration. Write it as 500ms, 10s or 1m.");
        }
        long number = Long.parseLong(duration.group(1));
        return switch (duration.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
        };
    }

    /** The JSON object of the body. */
    JsonNode json() {
        try {
            JsonNode json = JSON.readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException e) {
            throw Problem.badRequest("the body is no JSON: " + e.getOriginalMessage());
        }
        throw Problem.badRequest("the body must be a JSON object, as {\"nodeId\":1}.");
    }

    /** The node that the body names, and nothing else. */
    int nodeId() {
        JsonNode json = json();
        JsonNode id = json.get("nodeId");
        if (id == null || json.size() != 1) {
            throw Problem.badRequest("the body must be {\"nodeId\":N}, with the index of a node.");
        }
        return nodeId(id);
    }

    static int nodeId(JsonNode id) {
        if (!id.isInt() || id.asInt() < 0 || id.asInt() > MAX_NODE_ID) {
            throw Problem.badRequest("nodeId must be the index of a node, a number from 0 to " + MAX_NODE_ID + ".");
        }
        return id.asInt();
    }

    static int nodeId(String text) {
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > MAX_NODE_ID) {
            throw Problem.badRequest("'" + text + "' is no index of a node, a number from 0 to " + MAX_NODE_ID + ".");
        }
        return Integer.parseInt(text);
    }
}
