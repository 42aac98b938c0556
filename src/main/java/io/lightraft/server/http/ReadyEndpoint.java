package io.lightraft.server.http;

import io.lightraft.node.ReplicaException;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.sql.Column;
import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.Statement;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /readyz}: whether this node can do its work, a line for each thing that has to be in order. With {@code
 * noleader} only that it runs; with {@code sync} also that it holds, at this moment, all that is committed.
 */
final class ReadyEndpoint implements ApiHandler.Endpoint {

    private final Supplier<ReplicaStatus> status;
    private final SqlEngine engine;

    ReadyEndpoint(Supplier<ReplicaStatus> status, SqlEngine engine) {
        this.status = status;
        this.engine = engine;
    }

    @Override
    public void handle(HttpServletRequest request, QueryString query, HttpServletResponse response) throws IOException {
        ReplicaStatus now = status.get();
        if (now.failure() != null) {
            notReady(response, "[+]node stopped: " + now.failure());
        } else if (query.has("noleader")) {
            ready(response, "[+]node ok");
        } else if (now.leaderId() == null) {
            notReady(response, "[+]node ok\n[+]leader does not exist");
        } else if (!now.ready()) {
            String why = now.impediment() == null ? "" : ": " + now.impediment();
            notReady(response, "[+]node ok\n[+]leader ok\n[+]store not ready" + why);
        } else if (query.has("sync")) {
            synced(query, response);
        } else {
            ready(response, "[+]node ok\n[+]leader ok\n[+]store ok\n[+]db ok");
        }
    }

    private void synced(QueryString query, HttpServletResponse response) throws IOException {
        // A linearizable read waits for exactly what is asked here.
        ReadOptions options = new ReadOptions(ReadLevel.LINEARIZABLE, null, query.timeout());
        LastFailure failure = new LastFailure();
        try {
            engine.query(new Session(), List.of(Statement.of("SELECT 1")), options, failure);
        } catch (ReplicaException e) {
            failure.failed(0, Replies.message(e));
        }
        if (failure.message == null) {
            ready(response, "[+]node ok\n[+]leader ok\n[+]store ok\n[+]sync ok\n[+]db ok");
        } else {
            notReady(response, "[+]node ok\n[+]leader ok\n[+]store ok\n[+]sync " + failure.message);
        }
    }

    private static void ready(HttpServletResponse response, String lines) throws IOException {
        Replies.text(response, HttpServletResponse.SC_OK, lines);
    }

    private static void notReady(HttpServletResponse response, String lines) throws IOException {
        Replies.text(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, lines);
    }

    private static final class LastFailure implements ResultSink {

        private @Nullable String message;

        @Override
        public void columns(List<Column> columns) {}

        @Override
        public void row(@Nullable Object[] values) {}

        @Override
        public void endOfRows() {}

        @Override
        public void changed(long rowsAffected, long lastInsertRowid) {}

        @Override
        public void failed(int code, String newMessage) {
            message = newMessage;
        }
    }
}
