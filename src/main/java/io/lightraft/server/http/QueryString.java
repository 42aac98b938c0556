package io.lightraft.server.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, from its raw query string: the servlet's own view of them would swallow the body of a
 * form-encoded POST (which is what curl sends by default). Keys are case-sensitive, of several values the first one
 * counts, a flag is set when its key is present, whatever its value, and unknown keys are left alone.
 */
final class QueryString {

    private static final List<String> DURATIONS = List.of("timeout", "freshness", "db_timeout", "linearizable_timeout");
    private static final List<String> INTEGERS = List.of("retries", "trailing_logs");
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    /** Keeps deadlines far from the range of a long of nanoseconds. */
    private static final Duration MAX_TIMEOUT = Duration.ofHours(24);

    private final Map<String, String> values;

    private QueryString(Map<String, String> values) {
        this.values = values;
    }

    /**
     * @param raw as in the request line, null when there is none
     * @throws HttpError 400 for a value that is no duration, no integer and so on
     */
    static QueryString parse(@Nullable String raw) {
        Map<String, String> values = new HashMap<>();
        for (String pair : (raw == null ? "" : raw).split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String key = equals < 0 ? pair : pair.substring(0, equals);
                values.putIfAbsent(decode(key), equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        QueryString query = new QueryString(Map.copyOf(values));
        query.check();
        return query;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    @Nullable
    String get(String key) {
        return values.get(key);
    }

    @Nullable
    Duration duration(String key) {
        String value = values.get(key);
        return value == null ? null : GoDuration.parse(value);
    }

    /** How long the request may take. Zero or less, which rqlite-jdbc sends for "no limit of mine", is the default. */
    Duration timeout() {
        Duration asked = duration("timeout");
        if (asked == null || asked.isZero() || asked.isNegative()) {
            return DEFAULT_TIMEOUT;
        }
        return asked.compareTo(MAX_TIMEOUT) > 0 ? MAX_TIMEOUT : asked;
    }

    private void check() {
        if (has("freshness_strict") && !has("freshness")) {
            throw HttpError.badRequest("freshness_strict requires freshness");
        }
        for (String key : DURATIONS) {
            if (has(key) && duration(key) == null) {
                throw HttpError.badRequest(key + " is not a valid duration");
            }
        }
        for (String key : INTEGERS) {
            String value = get(key);
            if (value != null && !isInteger(value)) {
                throw HttpError.badRequest(key + " is not a valid integer");
            }
        }
        String sql = get("q");
        if (sql != null && sql.isEmpty()) {
            throw HttpError.badRequest("query parameter not set");
        }
    }

    private static boolean isInteger(String value) {
        try {
            Long.parseLong(value);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Tomcat hands the query string over as the bytes that came, one char each; their meaning is UTF-8. */
    private static String decode(String raw) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '%') {
                bytes.write(c == '+' ? ' ' : c);
                continue;
            }
            if (i + 2 >= raw.length()
                    || !HexFormat.isHexDigit(raw.charAt(i + 1))
                    || !HexFormat.isHexDigit(raw.charAt(i + 2))) {
                String escape = raw.substring(i, Math.min(raw.length(), i + 3));
                throw HttpError.badRequest("invalid URL escape \"" + escape + "\"");
            }
            bytes.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
            i += 2;
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
