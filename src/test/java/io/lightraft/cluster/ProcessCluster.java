package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Three processes, and all that have been of them. */
final class ProcessCluster {

    private static final String TORN_BATCH = "WARN  node=%d cut off a torn batch, never acknowledged: ";

    final ClusterFiles files;
    private final NodeProcess[] nodes = new NodeProcess[ClusterFiles.NODES];
    private final List<NodeProcess> all = new ArrayList<>();

    ProcessCluster(Path directory) {
        this(new ClusterFiles(directory, 20_000));
    }

    ProcessCluster(ClusterFiles files) {
        this.files = files;
    }

    /** Starts what does not run, and waits until all are ready. */
    void startAll() throws IOException {
        for (int node = 0; node < nodes.length; node++) {
            if (nodes[node] == null || !nodes[node].isAlive()) {
                start(node);
            }
        }
        for (NodeProcess node : nodes) {
            node.awaitReady();
        }
    }

    NodeProcess start(int node) throws IOException {
        nodes[node] = NodeProcess.start(files, node);
        all.add(nodes[node]);
        return nodes[node];
    }

    NodeProcess node(int index) {
        return nodes[index];
    }

    HttpSql http(int node) {
        return new HttpSql(files.http(node));
    }

    NcClient nc(int node) throws IOException {
        return new NcClient(files.nc(node));
    }

    int[] others(int node) {
        return IntStream.range(0, nodes.length).filter(other -> other != node).toArray();
    }

    /** The node that all others follow, waiting for it. */
    int leader() {
        return leaderBesides(-1);
    }

    /** The leader of the nodes besides this one. */
    int leaderBesides(int excluded) {
        int[] leader = new int[1];
        await().atMost(LocalCluster.PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    Integer found = null;
                    for (int node : others(excluded)) {
                        Integer named = leaderAsSeenBy(node);
                        if (named == null || named == excluded || found != null && !found.equals(named)) {
                            return false;
                        }
                        found = named;
                    }
                    leader[0] = found == null ? -1 : found;
                    return found != null;
                });
        return leader[0];
    }

    private @Nullable Integer leaderAsSeenBy(int node) throws IOException {
        JsonNode id = http(node).raft().get("leaderId");
        return id.isNull() ? null : id.asInt();
    }

    /** SIGTERM to all, followers first, so that no election adds an entry that not all hear of. */
    void terminateAll() throws Exception {
        int leader = leader();
        await().atMost(LocalCluster.PATIENCE).untilAsserted(() -> {
            JsonNode expected = http(leader).raft().get("lastLogIndex");
            for (int node = 0; node < nodes.length; node++) {
                assertThat(http(node).raft().get("lastApplied")).isEqualTo(expected);
            }
        });
        for (int node : others(leader)) {
            terminate(node);
        }
        terminate(leader);
    }

    /** SIGTERM, which must end it well and soon. */
    void terminate(int node) throws Exception {
        long startNanos = System.nanoTime();
        nodes[node].signal("TERM");
        assertThat(nodes[node].awaitExit()).as("exit code of node %d", node).isZero();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos))
                .as("milliseconds that node %d took to stop", node)
                .isLessThan(8_000);
        assertThat(nodes[node].errors()).isEmpty();
    }

    /**
     * No run of any node has warned, failed or shown a stack trace, and each line names its node. Only a batch of the log
     * that a kill cut off is worth a warning.
     */
    void assertQuietLogs() {
        for (NodeProcess node : all) {
            assertThat(node.errors()).as("stderr of node %d", node.node).isEmpty();
            assertThat(node.output().lines().filter(line -> !line.contains(TORN_BATCH.formatted(node.node))))
                    .as("log of node %d", node.node)
                    .allMatch(line -> line.matches("\\S+ INFO  node=" + node.node + " .*"));
        }
    }

    String said() {
        StringBuilder said = new StringBuilder();
        for (NodeProcess node : all) {
            said.append("--- node ").append(node.node).append('\n').append(node.said());
        }
        return said.toString();
    }

    /** Ends all for good, also those that are frozen. */
    void destroy() throws InterruptedException {
        for (NodeProcess node : all) {
            node.kill();
        }
    }
}
