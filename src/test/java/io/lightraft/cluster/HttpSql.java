package io.lightraft.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of one http port. Sends nothing twice. */
final class HttpSql implements WriteLoad.Client {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();

    record Reply(int status, String text) {
        JsonNode json() {
            return JSON.readTree(text);
        }
    }

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final int port;

    HttpSql(int port) {
        this.port = port;
    }

    Reply get(String path) throws IOException {
        return send(request(path).GET().build());
    }

    Reply execute(String timeout, String... statements) throws IOException {
        String body = JSON.writeValueAsString(statements);
        return send(request("/db/execute?timeout=" + timeout)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    /** @param statements each SQL and its parameters */
    Reply execute(List<List<Object>> statements, String parameters) throws IOException {
        return send(request("/db/execute?timeout=30s" + parameters)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(statements)))
                .build());
    }

    Reply post(String path) throws IOException {
        return send(request(path).POST(BodyPublishers.noBody()).build());
    }

    Reply post(String path, String body) throws IOException {
        return send(request(path).POST(BodyPublishers.ofString(body)).build());
    }

    /** With an idempotency key. */
    Reply executeOnce(String key, String timeout, String... statements) throws IOException {
        return send(request("/db/execute?timeout=" + timeout)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(statements)))
                .build());
    }

    /** Runs what must succeed. */
    void run(String... statements) throws IOException {
        Reply reply = execute("30s", statements);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.text()).doesNotContain("error");
    }

    Reply query(String sql, String parameters) throws IOException {
        return get(queryPath(sql, parameters));
    }

    CompletableFuture<Reply> queryLater(String sql, String parameters) {
        return client.sendAsync(request(queryPath(sql, parameters)).GET().build(), BodyHandlers.ofString())
                .thenApply(HttpSql::reply);
    }

    /** A linearizable read that must succeed: cells joined by {@code |}. */
    List<String> rows(String sql) throws IOException {
        Reply reply = query(sql, "");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        JsonNode result = reply.json().get("results").get(0);
        assertThat(result.has("error")).as(reply.text()).isFalse();
        List<String> rows = new ArrayList<>();
        if (result.has("values")) {
            for (JsonNode row : result.get("values")) {
                List<String> cells = new ArrayList<>();
                row.forEach(cell -> cells.add(cell.asString()));
                rows.add(String.join("|", cells));
            }
        }
        return rows;
    }

    JsonNode raft() throws IOException {
        return get("/actuator/raft").json();
    }

    @Override
    public Outcome insert(String table, long id) {
        Reply reply;
        try {
            reply = execute("20s", "INSERT INTO " + table + " VALUES(" + id + ")");
        } catch (ConnectException refused) {
            return Outcome.NOT_DONE;
        } catch (IOException broken) {
            return Outcome.UNKNOWN;
        }
        if (reply.status() == 503) {
            return Outcome.NOT_DONE;
        }
        if (reply.text().contains("outcome unknown")) {
            return Outcome.UNKNOWN;
        }
        assertThat(reply.text()).contains("\"rows_affected\":1");
        return Outcome.DONE;
    }

    private Reply send(HttpRequest request) throws IOException {
        try {
            return reply(client.send(request, BodyHandlers.ofString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static Reply reply(HttpResponse<String> response) {
        return new Reply(response.statusCode(), response.body());
    }

    private static String queryPath(String sql, String parameters) {
        return "/db/query?q=" + URLEncoder.encode(sql, UTF_8) + parameters;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE);
    }
}
