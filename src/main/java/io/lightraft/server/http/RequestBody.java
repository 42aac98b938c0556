package io.lightraft.server.http;

import io.lightraft.sql.Statement;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Reads the body of a request, whatever its media type says: text/plain is one statement, all else JSON. */
final class RequestBody {

    private final int maxBytes;
    private final StatementParser parser = new StatementParser();

    RequestBody(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** @throws HttpError 400 for what can't be understood, 413 for what is too long */
    List<Statement> statements(HttpServletRequest request) throws IOException {
        byte[] body = bytes(request);
        String type = request.getContentType();
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("text/plain")) {
            return parser.parse(body);
        }
        String sql = new String(body, StandardCharsets.UTF_8);
        if (sql.isBlank()) {
            throw HttpError.badRequest("no statements");
        }
        return List.of(Statement.of(sql));
    }

    private byte[] bytes(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > maxBytes) {
            throw tooLarge();
        }
        byte[] body = request.getInputStream().readNBytes(maxBytes);
        if (body.length == maxBytes && request.getInputStream().read() >= 0) {
            throw tooLarge();
        }
        return body;
    }

    private HttpError tooLarge() {
        return new HttpError(
                413, "the request body is larger than " + maxBytes + " bytes; send fewer statements at once");
    }
}
