package io.lightraft.server.http;

import io.lightraft.sql.Statement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Statements in JSON: an array whose elements are SQL, or arrays of SQL and its parameters. A parameter is a number, a
 * string, a boolean, null or an array of bytes as numbers; an object holds named ones. A string that looks like a blob
 * literal ({@code x'6869'}) is a blob, as rqlite has it.
 */
final class StatementParser {

    private static final HexFormat HEX = HexFormat.of();

    /** The body's length is capped before it gets here, so a string may be as long as the body. */
    private final JsonMapper json = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * @return the statements, without those whose SQL is empty: they have no result
     * @throws HttpError 400
     */
    List<Statement> parse(byte[] body) {
        Object tree;
        try {
            tree = json.readValue(body, Object.class);
        } catch (JacksonException e) {
            throw HttpError.badRequest("invalid JSON body");
        }
        if (!(tree instanceof List<?> elements)) {
            throw invalidRequest();
        }
        if (elements.isEmpty()) {
            throw HttpError.badRequest("no statements");
        }
        List<Statement> statements = new ArrayList<>(elements.size());
        for (Object element : elements) {
            Statement statement = statement(element);
            if (!statement.sql().isEmpty()) {
                statements.add(statement);
            }
        }
        return statements;
    }

    private static Statement statement(@Nullable Object element) {
        if (element instanceof String sql) {
            return Statement.of(sql);
        }
        if (!(element instanceof List<?> parts) || parts.isEmpty() || !(parts.get(0) instanceof String sql)) {
            throw invalidRequest();
        }
        List<@Nullable Object> positional = new ArrayList<>(parts.size() - 1);
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (Object part : parts.subList(1, parts.size())) {
            if (part instanceof Map<?, ?> names) {
                names.forEach((name, value) -> named.put(String.valueOf(name), value(value)));
            } else {
                positional.add(value(part));
            }
        }
        return new Statement(sql, Collections.unmodifiableList(positional), Collections.unmodifiableMap(named));
    }

    private static @Nullable Object value(@Nullable Object parameter) {
        if (parameter == null || parameter instanceof Long || parameter instanceof Double) {
            return parameter;
        } else if (parameter instanceof Integer number) {
            return number.longValue();
        } else if (parameter instanceof BigInteger number) {
            return number.doubleValue();
        } else if (parameter instanceof Boolean flag) {
            return flag ? 1L : 0L;
        } else if (parameter instanceof String text) {
            byte[] blob = blobLiteral(text);
            return blob == null ? text : blob;
        } else if (parameter instanceof List<?> bytes) {
            return blob(bytes);
        }
        throw unsupported("an object inside the named parameters");
    }

    private static byte @Nullable [] blobLiteral(String text) {
        String literal = text.strip();
        if (literal.length() < 3
                || literal.length() % 2 == 0
                || literal.charAt(0) != 'x' && literal.charAt(0) != 'X'
                || literal.charAt(1) != '\''
                || literal.charAt(literal.length() - 1) != '\'') {
            return null;
        }
        try {
            return HEX.parseHex(literal, 2, literal.length() - 1);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static byte[] blob(List<?> numbers) {
        byte[] blob = new byte[numbers.size()];
        for (int i = 0; i < blob.length; i++) {
            if (!(numbers.get(i) instanceof Integer number) || number < 0 || number > 255) {
                throw unsupported("an array of something else than bytes (0 to 255)");
            }
            blob[i] = number.byteValue();
        }
        return blob;
    }

    private static HttpError invalidRequest() {
        return HttpError.badRequest("invalid request");
    }

    private static HttpError unsupported(String what) {
        return HttpError.badRequest("unsupported type: " + what);
    }
}
