package io.lightraft.server.http;

import io.lightraft.node.ReplicaException;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.Statement;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /db/execute}: statements that write, as one entry of the log.
 *
 * <p>A write that may or may not have been done is answered with 200 and an error in each result. Any other status would
 * be an invitation to do it twice: rqlite-js sends a POST again after 408, 413, 429 and all 5xx, and gorqlite after
 * everything but 200. An error in a result is an error for every client, and none of them repeats it. So only what is
 * known not to have been done has a status of its own.
 */
final class ExecuteEndpoint implements ApiHandler.Endpoint {

    private static final Logger log = LoggerFactory.getLogger(ExecuteEndpoint.class);
    /** No code of SQLite's. */
    private static final int NO_CODE = -1;

    private final SqlEngine engine;
    private final RequestBody body;

    ExecuteEndpoint(SqlEngine engine, RequestBody body) {
        this.engine = engine;
        this.body = body;
    }

    @Override
    public void handle(HttpServletRequest request, QueryString query, HttpServletResponse response) throws IOException {
        List<Statement> statements = body.statements(request);
        boolean atomic = query.has("transaction");
        ResultWriter results = Replies.writer(response, ReplyFormat.of(query), false, false);
        String error = null;
        if (!statements.isEmpty()) {
            try {
                engine.execute(new Session(), statements, atomic, query.timeout(), results);
            } catch (ReplicaException.NoLeader
                    | ReplicaException.Busy
                    | ReplicaException.Rejected
                    | ReplicaException.Stopped e) {
                throw e;
            } catch (RuntimeException e) {
                if (!(e instanceof ReplicaException)) {
                    log.error("A write failed unexpectedly", e);
                }
                error = e instanceof ReplicaException ? Replies.message(e) : "outcome unknown: " + Replies.message(e);
                results.failRest(atomic ? 1 : statements.size(), NO_CODE, error);
            }
        }
        results.finish(error);
    }
}
