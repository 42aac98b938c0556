package io.lightraft.nemesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SQL over HTTP: to one node, or to several of which it takes any, and then with keys, so that it can ask again. */
final class HttpClientSql implements Sql {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int TRIES = 6;
    private static final long PAUSE_NANOS = 50_000_000;

    private final HttpClient client;
    private final List<String> hosts;
    private final Random random;
    private final Duration timeout;

    /** @param hosts {@code address:port} of the nodes */
    HttpClientSql(HttpClient client, List<String> hosts, Random random, Duration timeout) {
        this.client = client;
        this.hosts = List.copyOf(hosts);
        this.random = random;
        this.timeout = timeout;
    }

    @Override
    public Reply write(String... statements) {
        if (hosts.size() == 1) {
            return write(hosts.get(0), "", statements);
        }
        String key = UUID.randomUUID().toString();
        boolean mayBeDone = false;
        Reply reply = Reply.without(Fate.REFUSED, "never sent");
        for (int attempt = 0; attempt < TRIES; attempt++) {
            reply = write(anyHost(), key, statements);
            if (reply.fate() == Fate.DONE || reply.fate() == Fate.FAILED) {
                return reply;
            }
            mayBeDone |= reply.fate() == Fate.UNKNOWN;
        }
        return Reply.without(mayBeDone ? Fate.UNKNOWN : Fate.REFUSED, reply.text());
    }

    /** Sends it again, to any node, until it is done or has failed by itself, and then sometimes once more. */
    Reply writeUntilKnown(Runnable onSend, String... statements) {
        String key = UUID.randomUUID().toString();
        Reply reply = Reply.without(Fate.REFUSED, "never sent");
        boolean known = false;
        while (!known || random.nextInt(10) == 0) {
            onSend.run();
            Reply again = write(anyHost(), key, statements);
            boolean answered = again.fate() == Fate.DONE || again.fate() == Fate.FAILED;
            if (known && answered && again.fate() != reply.fate()) {
                throw new IllegalStateException("the same key had two answers: " + reply.text() + again.text());
            }
            known |= answered;
            reply = answered ? again : reply;
            if (!answered) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return reply;
    }

    private Reply write(String host, String key, String... statements) {
        HttpRequest.Builder request = request(host, "/db/execute?transaction&timeout=" + timeout.toMillis() + "ms")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(statements)));
        if (!key.isEmpty()) {
            request.header("Idempotency-Key", key);
        }
        return send(request.build());
    }

    @Override
    public Reply read(String query) {
        String level = random.nextInt(5) == 0 ? "strong" : "linearizable";
        String path = "/db/query?level=" + level + "&timeout=" + timeout.toMillis() + "ms&q="
                + URLEncoder.encode(query, UTF_8);
        return send(request(anyHost(), path).GET().build());
    }

    @Override
    public boolean transactions() {
        return true;
    }

    @Override
    public void close() {
        // The client is shared.
    }

    private String anyHost() {
        return hosts.get(random.nextInt(hosts.size()));
    }

    private HttpRequest.Builder request(String host, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + host + path)).timeout(timeout.multipliedBy(2));
    }

    private Reply send(HttpRequest request) {
        HttpResponse<String> response;
        try {
            response = client.send(request, BodyHandlers.ofString());
        } catch (ConnectException | HttpConnectTimeoutException nobodyThere) {
            return Reply.without(Fate.REFUSED, String.valueOf(nobodyThere));
        } catch (IOException broken) {
            return Reply.without(Fate.UNKNOWN, String.valueOf(broken));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.without(Fate.UNKNOWN, "interrupted");
        }
        String text = response.body();
        if (text.contains("outcome unknown")) {
            return Reply.without(Fate.UNKNOWN, text);
        }
        if (response.statusCode() == 503) {
            return Reply.without(Fate.REFUSED, text);
        }
        if (response.statusCode() != 200) {
            throw new IllegalStateException("status " + response.statusCode() + " for " + request.uri() + ": " + text);
        }
        return parse(text);
    }

    private static Reply parse(String text) {
        List<Long> affected = new ArrayList<>();
        List<List<String>> rows = new ArrayList<>();
        JsonNode json = JSON.readTree(text);
        for (JsonNode result : json.get("results")) {
            if (result.has("error")) {
                return Reply.without(Fate.FAILED, text);
            }
            if (result.has("rows_affected")) {
                affected.add(result.get("rows_affected").asLong());
            } else if (result.has("values")) {
                for (JsonNode row : result.get("values")) {
                    List<String> cells = new ArrayList<>();
                    row.forEach(cell -> cells.add(cell.asString()));
                    rows.add(cells);
                }
            } else if (!result.has("columns")) {
                affected.add(0L);
            }
        }
        return new Reply(Fate.DONE, affected, rows, text);
    }
}
