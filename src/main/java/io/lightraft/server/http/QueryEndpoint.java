package io.lightraft.server.http;

import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.Statement;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** {@code GET /db/query?q=SQL} and {@code POST /db/query}: statements that read, all in one snapshot. */
final class QueryEndpoint implements ApiHandler.Endpoint {

    private final SqlEngine engine;
    private final RequestBody body;

    QueryEndpoint(SqlEngine engine, RequestBody body) {
        this.engine = engine;
        this.body = body;
    }

    @Override
    public void handle(HttpServletRequest request, QueryString query, HttpServletResponse response) throws IOException {
        List<Statement> statements = statements(request, query);
        ReadOptions options = new ReadOptions(level(query), query.duration("freshness"), query.timeout());
        Replies.results(response, ReplyFormat.of(query), query.has("transaction"), sink -> {
            if (!statements.isEmpty()) {
                engine.query(new Session(), statements, options, sink);
            }
        });
    }

    private List<Statement> statements(HttpServletRequest request, QueryString query) throws IOException {
        if (request.getMethod().equals("POST")) {
            return body.statements(request);
        }
        String sql = query.get("q");
        return sql == null ? List.of() : List.of(Statement.of(sql));
    }

    /**
     * Linearizable when none is asked for, unlike in rqlite; an unknown one is weak, as in rqlite. freshness_strict, the
     * promise that a local read is not behind what was committed, is kept by reading linearizably.
     */
    private static ReadLevel level(QueryString query) {
        String asked = query.get("level");
        ReadLevel level = asked == null || asked.isEmpty() ? ReadLevel.LINEARIZABLE : level(asked);
        boolean local = level == ReadLevel.NONE || level == ReadLevel.AUTO;
        return local && query.has("freshness_strict") ? ReadLevel.LINEARIZABLE : level;
    }

    private static ReadLevel level(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "none" -> ReadLevel.NONE;
            case "auto" -> ReadLevel.AUTO;
            case "linearizable" -> ReadLevel.LINEARIZABLE;
            case "strong" -> ReadLevel.STRONG;
            default -> ReadLevel.WEAK;
        };
    }
}
