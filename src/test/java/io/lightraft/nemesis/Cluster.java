package io.lightraft.nemesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.cluster.DatabaseFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The nodes in their namespaces. */
final class Cluster implements AutoCloseable {

    private static final int NC = 6453;
    private static final int RPC = 56453;
    private static final int HTTP = 4001;
    private static final Duration PATIENCE = Duration.ofSeconds(300);
    private static final Duration SQL_TIMEOUT = Duration.ofSeconds(3);
    private static final JsonMapper JSON = new JsonMapper();

    final Network network;
    private final Path directory;
    private final List<Node> nodes = new ArrayList<>();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Thread hook = new Thread(this::clear);

    /** @param logEntries so few that whoever was away for some seconds needs a snapshot */
    Cluster(Network network, int count, int logEntries, Path directory, Path jar) throws IOException {
        this.network = network;
        this.directory = directory;
        Path copy = Files.copy(jar, directory.resolve("lightraft.jar"), StandardCopyOption.REPLACE_EXISTING);
        StringBuilder toml = new StringBuilder("[cluster]\nname = \"nemesis\"\n");
        for (int node = 0; node < count; node++) {
            String address = network.address(node);
            toml.append("[[nodes]]\n");
            toml.append("clientBindAddress = \"" + address + "\"\nclientBindPort = " + NC + "\n");
            toml.append("rpcBindAddress = \"" + address + "\"\nrpcBindPort = " + RPC + "\n");
            toml.append("httpBindAddress = \"" + address + "\"\nhttpBindPort = " + HTTP + "\n");
            nodes.add(new Node(node, network.namespace(node), directory, copy.toAbsolutePath()));
        }
        toml.append("[driver]\nname = \"sqlite\"\npathPrefix = \"data/lightraft\"\n");
        toml.append("[raft]\nlogEntries = " + logEntries + "\n");
        toml.append("[limits]\ntimeoutMs = " + SQL_TIMEOUT.toMillis() + "\n");
        // What a node that is gone has left open should not keep all others waiting for long.
        toml.append("transactionIdleMs = 5000\ntransactionIdleContendedMs = 1000\n");
        Files.writeString(directory.resolve("lightraft.toml"), toml);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    int size() {
        return nodes.size();
    }

    List<Integer> all() {
        return IntStream.range(0, size()).boxed().toList();
    }

    Node node(int index) {
        return nodes.get(index);
    }

    void startAll() throws IOException {
        for (Node node : nodes) {
            if (!node.runs()) {
                node.start();
            }
        }
    }

    /** Waits until each knows a leader and has caught up. */
    void awaitReady() {
        for (Node node : nodes) {
            await("node " + node.index + " is ready")
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        assertNoneGaveUp();
                        return isReady(node.index);
                    });
        }
    }

    boolean isReady(int node) {
        try {
            return status(node, "/readyz") == 200;
        } catch (IOException noAnswer) {
            return false;
        }
    }

    void assertNoneGaveUp() {
        for (Node node : nodes) {
            assertThat(node.gaveUp()).as("node %d ended by itself", node.index).isFalse();
        }
    }

    /** A client of one node. */
    Sql http(int node, Random random) {
        return new HttpClientSql(client, List.of(host(node)), random, SQL_TIMEOUT);
    }

    /** A client of all nodes. */
    HttpClientSql httpAnywhere(Random random) {
        List<String> hosts = IntStream.range(0, size()).mapToObj(this::host).toList();
        return new HttpClientSql(client, hosts, random, SQL_TIMEOUT);
    }

    Sql nc(int node) {
        int timeoutMillis = (int) SQL_TIMEOUT.multipliedBy(2).toMillis();
        return new NcSql(new InetSocketAddress(network.address(node), NC), timeoutMillis);
    }

    /** The node that leads in the highest term, of those that answer soon; -1 if none says so. */
    int leader() {
        int leader = -1;
        long term = -1;
        for (Node node : nodes) {
            JsonNode raft = raft(node.index);
            if (raft != null
                    && raft.get("role").asString().equals("LEADER")
                    && raft.get("term").asLong() > term) {
                leader = node.index;
                term = raft.get("term").asLong();
            }
        }
        return leader;
    }

    /** Stops all after they have applied the same, and compares what is in their files, row by row. */
    void compareFiles() throws Exception {
        for (int attempt = 0; ; attempt++) {
            awaitReady();
            await("all nodes have applied the same").atMost(PATIENCE).until(this::appliedTheSame);
            int leader = leader();
            for (Node node : nodes) {
                if (node.index != leader) {
                    terminate(node);
                }
            }
            if (leader >= 0) {
                terminate(nodes.get(leader));
            }
            List<Path> files = nodes.stream()
                    .map(node -> directory.resolve("data/lightraft-" + node.index + ".sqlite"))
                    .toList();
            // An election on the way down may have added an entry that not all have heard of.
            if (attempt == 3 || DatabaseFiles.appliedIndexes(files).distinct().count() == 1) {
                DatabaseFiles.assertSameRows(files);
                return;
            }
            startAll();
        }
    }

    private static void terminate(Node node) throws IOException, InterruptedException {
        assertThat(node.terminate(60)).as("exit code of node %d", node.index).isZero();
    }

    private boolean appliedTheSame() {
        List<Long> indexes = new ArrayList<>();
        for (Node node : nodes) {
            JsonNode raft = raft(node.index);
            if (raft == null) {
                return false;
            }
            indexes.add(raft.get("lastApplied").asLong());
            indexes.add(raft.get("lastLogIndex").asLong());
        }
        return indexes.stream().distinct().count() == 1;
    }

    private @Nullable JsonNode raft(int node) {
        try {
            return JSON.readTree(get(node, "/actuator/raft").body());
        } catch (IOException | RuntimeException noAnswer) {
            return null;
        }
    }

    private int status(int node, String path) throws IOException {
        return get(node, path).statusCode();
    }

    private java.net.http.HttpResponse<String> get(int node, String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + host(node) + path))
                .timeout(Duration.ofMillis(1_000))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString(UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    String host(int node) {
        return network.address(node) + ":" + HTTP;
    }

    private void clear() {
        for (Node node : nodes) {
            try {
                node.kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        network.close();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        clear();
    }
}
