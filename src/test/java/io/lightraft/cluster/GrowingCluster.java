package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.config.Launcher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Nodes in this process of which each has a lightraft.toml of its own, so that they can differ about the cluster. */
final class GrowingCluster implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Places that a node can be at: an nc, an rpc and an http port each. */
    private static final int PLACES = 8;

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path directory;
    private final List<Integer> ports = Ports.free(3 * PLACES);
    private final Map<Integer, Integer> places = new HashMap<>();
    private final Map<Integer, Launcher> running = new HashMap<>();

    GrowingCluster(Path directory) {
        this.directory = directory;
    }

    /** What a node reads when it starts: nodes 0 to {@code nodes - 1}, where they are now. */
    void writeToml(int node, int nodes) {
        writeToml(node, nodes, "");
    }

    /** @param moreDriver lines of the [driver] block */
    void writeToml(int node, int nodes, String moreDriver) {
        StringBuilder toml = new StringBuilder("[cluster]\nname = \"growing\"\n");
        for (int each = 0; each < nodes; each++) {
            toml.append("[[nodes]]\n");
            toml.append("clientBindPort = " + port(each, 0) + "\n");
            toml.append("rpcBindPort = " + port(each, 1) + "\n");
            toml.append("httpBindPort = " + port(each, 2) + "\n");
        }
        toml.append("[driver]\nname = \"sqlite\"\npathPrefix = \"" + directory.resolve("data/lightraft") + "\"\n"
                + moreDriver);
        try {
            Files.writeString(toml(node), toml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path toml(int node) {
        return directory.resolve("lightraft-" + node + ".toml");
    }

    private int port(int node, int kind) {
        return ports.get(3 * places.getOrDefault(node, node) + kind);
    }

    void move(int node, int place) {
        places.put(node, place);
    }

    /** The body that adds a node, or moves it, with all its addresses. */
    String body(int node) {
        return "{\"nodeId\":%d,\"clientAddress\":\"127.0.0.1:%d\",\"rpcAddress\":\"127.0.0.1:%d\",\"httpAddress\":\"127.0.0.1:%d\"}"
                .formatted(node, port(node, 0), port(node, 1), port(node, 2));
    }

    String rpcAddress(int node) {
        return "127.0.0.1:" + port(node, 1);
    }

    void start(int... nodes) {
        for (int node : nodes) {
            ByteArrayOutputStream errors = new ByteArrayOutputStream();
            Launcher launcher = new Launcher(new PrintStream(errors));
            running.put(node, launcher);
            String[] arguments = {"--node.index=" + node, "--lightraft.config=" + toml(node)};
            assertThat(launcher.start(arguments, name -> null))
                    .as("node %d: %s", node, errors)
                    .isTrue();
        }
    }

    void stop(int... nodes) {
        for (int node : nodes) {
            Launcher launcher = running.remove(node);
            if (launcher != null) {
                launcher.stop();
            }
        }
    }

    HttpSql http(int node) {
        return new HttpSql(port(node, 2));
    }

    HttpResponse<String> call(int node, String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(node, 2) + "/admin/" + path))
                .timeout(PATIENCE)
                .method(method, BodyPublishers.ofString(body))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    JsonNode succeed(int node, String method, String path, String body) {
        HttpResponse<String> reply = call(node, method, path, body);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return JSON.readTree(reply.body());
    }

    void refuse(int node, String method, String path, String body, int status, String... words) {
        HttpResponse<String> reply = call(node, method, path, body);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        assertThat(JSON.readTree(reply.body()).get("detail").asString()).contains(words);
    }

    /** Waits until these nodes, all that run, are ready and agree that these very nodes are the voters. */
    void awaitVoters(Integer... nodes) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<JsonNode> leaders = new ArrayList<>();
            for (int node : nodes) {
                assertThat(http(node).get("/readyz").status())
                        .as("node %d", node)
                        .isEqualTo(200);
                JsonNode raft = http(node).raft();
                List<Integer> voters = new ArrayList<>();
                raft.get("members").forEach(member -> {
                    assertThat(member.get("role").asString()).isEqualTo("VOTER");
                    voters.add(member.get("nodeId").asInt());
                });
                assertThat(voters).containsExactly(nodes);
                leaders.add(raft.get("leaderId"));
            }
            assertThat(leaders.stream().distinct()).hasSize(1);
        });
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
    }
}
