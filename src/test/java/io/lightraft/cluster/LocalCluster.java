package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.config.Launcher;
import io.lightraft.sql.SqlEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Three nodes in this process, each started and stopped by itself, as from a command line. */
final class LocalCluster implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    final ClusterFiles files;
    private final Map<Integer, Launcher> running = new HashMap<>();

    LocalCluster(Path directory, int statementTimeoutMillis) {
        this(new ClusterFiles(directory, statementTimeoutMillis));
    }

    LocalCluster(ClusterFiles files) {
        this.files = files;
    }

    /** Starts what does not run. */
    void startAll() {
        IntStream.range(0, ClusterFiles.NODES)
                .filter(node -> !running.containsKey(node))
                .forEach(this::start);
    }

    void start(int node) {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Launcher launcher = new Launcher(new PrintStream(errors));
        running.put(node, launcher);
        String[] arguments = {"--node.index=" + node, "--lightraft.config=" + files.toml()};
        assertThat(launcher.start(arguments, name -> null))
                .as("node %d: %s", node, errors)
                .isTrue();
    }

    void stop(int node) {
        Launcher launcher = running.remove(node);
        if (launcher != null) {
            launcher.stop();
        }
    }

    SqlEngine engine(int node) {
        return running.get(node).engine(node);
    }

    HttpSql http(int node) {
        return new HttpSql(files.http(node));
    }

    NcClient nc(int node) throws IOException {
        return new NcClient(files.nc(node));
    }

    /** Waits until all nodes that run name the same leader and are ready. */
    int awaitLeader() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<JsonNode> views = new ArrayList<>();
            for (int node : running.keySet()) {
                assertThat(http(node).get("/readyz").status()).isEqualTo(200);
                views.add(http(node).raft().get("leaderId"));
            }
            assertThat(views.stream().distinct()).hasSize(1);
        });
        return leader();
    }

    /** Waits until all nodes have applied the same entries. */
    void awaitSameIndex() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<Long> applied = new ArrayList<>();
            for (int node : running.keySet()) {
                JsonNode raft = http(node).raft();
                assertThat(raft.get("lastApplied")).isEqualTo(raft.get("lastLogIndex"));
                applied.add(raft.get("lastApplied").asLong());
            }
            assertThat(applied.stream().distinct()).hasSize(1);
        });
    }

    /** Followers first, so that no election adds an entry that not all hear of. */
    void stopFollowersFirst() {
        awaitSameIndex();
        int leader = leader();
        IntStream.range(0, ClusterFiles.NODES).filter(node -> node != leader).forEach(this::stop);
        stop(leader);
    }

    private int leader() {
        for (int node : running.keySet()) {
            try {
                JsonNode raft = http(node).raft();
                if (raft.get("role").asString().equals("LEADER")) {
                    return node;
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        throw new AssertionError("no node leads");
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
    }
}
