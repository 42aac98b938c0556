package io.lightraft.nemesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls to {@code /admin} of any node, in threads of their own: they may take long, and may end in every way. */
final class Admin implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    /** Not now (409), not possible as things have become meanwhile (422), no leader or no answer in time. */
    private static final Set<Integer> EXPECTED = Set.of(200, 409, 422, 502, 503, 504);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "admin");
        thread.setDaemon(true);
        return thread;
    });
    private final IntFunction<String> host;
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final List<Throwable> surprises = new CopyOnWriteArrayList<>();

    /** @param host {@code address:port} of a node's http port */
    Admin(IntFunction<String> host) {
        this.host = host;
    }

    /** What is wrong: answers that should not be. */
    List<Throwable> surprises() {
        return surprises;
    }

    /** How many calls were answered how. */
    List<String> counts() {
        return counts.entrySet().stream()
                .map(entry -> String.format("%4d  %s", entry.getValue(), entry.getKey()))
                .sorted()
                .collect(Collectors.toList());
    }

    void later(Runnable work) {
        threads.execute(() -> {
            try {
                work.run();
            } catch (Throwable surprise) {
                surprises.add(surprise);
            }
        });
    }

    /** @param check what must hold for what was answered with 200 */
    void post(String what, int node, String path, String body, Consumer<JsonNode> check) {
        later(() -> {
            JsonNode answer = call(what, node, "POST", path, body);
            if (answer != null) {
                check.accept(answer);
            }
        });
    }

    /**
     * Waits for the answer.
     *
     * @return null when it was not done, or nobody knows
     */
    @Nullable
    JsonNode call(String what, int node, String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://" + host.apply(node) + path + "?timeout=" + TIMEOUT.toSeconds() + "s"))
                .timeout(TIMEOUT.multipliedBy(2))
                .method(method, BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer;
        try {
            answer = client.send(request, BodyHandlers.ofString(UTF_8));
        } catch (IOException nobodyThere) {
            counts.merge(what + ": no answer", 1, Integer::sum);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
        counts.merge(what + ": " + answer.statusCode(), 1, Integer::sum);
        if (!EXPECTED.contains(answer.statusCode())) {
            throw new IllegalStateException(method + " " + path + " " + body + " was answered with "
                    + answer.statusCode() + ": " + answer.body());
        }
        return answer.statusCode() == 200 ? JSON.readTree(answer.body()) : null;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
