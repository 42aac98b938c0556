package io.lightraft.server.http;

import io.lightraft.node.ReplicaException;
import io.lightraft.sql.KeyReusedException;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.Statement;
import io.lightraft.sql.WriteOptions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /db/execute}: statements that write, as one entry of the log.
 *
 * <p>A write that may or may not have been done is answered with 200 and an error in each result. Any other status would
 * be an invitation to do it twice: rqlite-js sends a POST again after 408, 413, 429 and all 5xx, and gorqlite after
 * everything but 200. An error in a result is an error for every client, and none of them repeats it. So only what is
 * known not to have been done has a status of its own.
 *
 * <p>With an {@code Idempotency-Key} sending it again is what is wanted, so then the answer is 503. A key that came with
 * another request before is answered with 422.
 */
final class ExecuteEndpoint implements ApiHandler.Endpoint {

    private static final Logger log = LoggerFactory.getLogger(ExecuteEndpoint.class);
    private static final String KEY_HEADER = "Idempotency-Key";
    private static final int UNPROCESSABLE = 422;
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
        String key = key(request);
        ResultWriter results = Replies.writer(response, ReplyFormat.of(query), false, false);
        String error = null;
        if (!statements.isEmpty()) {
            try {
                engine.execute(new Session(), statements, new WriteOptions(atomic, query.timeout(), key), results);
            } catch (KeyReusedException e) {
                throw new HttpError(UNPROCESSABLE, Replies.message(e));
            } catch (ReplicaException.NoLeader
                    | ReplicaException.Busy
                    | ReplicaException.Rejected
                    | ReplicaException.Stopped e) {
                throw e;
            } catch (ReplicaException.OutcomeUnknown e) {
                if (key != null) {
                    throw new HttpError(
                            HttpServletResponse.SC_SERVICE_UNAVAILABLE,
                            "outcome unknown: the write may or may not be done. Send it again with the same key: it is"
                                    + " done once, and answered with its result.");
                }
                error = Replies.message(e);
            } catch (RuntimeException e) {
                if (!(e instanceof ReplicaException)) {
                    log.error("A write failed unexpectedly", e);
                }
                error = e instanceof ReplicaException ? Replies.message(e) : "outcome unknown: " + Replies.message(e);
            }
            if (error != null) {
                results.failRest(atomic ? 1 : statements.size(), NO_CODE, error);
            }
        }
        results.finish(error);
    }

    private static @Nullable String key(HttpServletRequest request) {
        List<String> keys = Collections.list(request.getHeaders(KEY_HEADER));
        if (keys.size() > 1) {
            throw HttpError.badRequest("there are " + keys.size() + " " + KEY_HEADER + " headers; send one");
        }
        return keys.isEmpty() ? null : keys.get(0);
    }
}
