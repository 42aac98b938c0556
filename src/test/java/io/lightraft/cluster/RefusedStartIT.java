package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node can't be started with is told in one line, and nothing is touched. */
class RefusedStartIT {

    @TempDir
    Path directory;

    private final List<NodeProcess> started = new ArrayList<>();

    @AfterEach
    void destroy() throws InterruptedException {
        for (NodeProcess node : started) {
            node.kill();
        }
    }

    @Test
    void dataAndPortsThatAreNotItsOwnAreRefusedInOneLine() throws Exception {
        ClusterFiles files = new ClusterFiles(directory, 5_000);
        NodeProcess first = start(files, 0, files.toml());
        first.awaitStarted();

        assertRefused(
                start(files, 0, files.toml()), "port " + files.nc(0) + " on 127.0.0.1 is in use (nc of node 0); ");
        assertRefused(start(files, 0, files.otherToml("other-ports.toml", "test")), "in use by another process");
        assertThat(first.isAlive()).isTrue();
        first.signal("TERM");
        assertThat(first.awaitExit()).isZero();

        assertRefused(
                start(files, 0, files.otherToml("other-cluster.toml", "neighbours")),
                "belongs to node 0 of cluster test, this is node 0 of cluster neighbours");
        Files.move(directory.resolve("data/lightraft-0.raft"), directory.resolve("data/lightraft-1.raft"));
        assertRefused(
                start(files, 1, files.toml()), "belongs to node 0 of cluster test, this is node 1 of cluster test");
    }

    private NodeProcess start(ClusterFiles files, int node, Path toml) throws IOException {
        NodeProcess process = NodeProcess.start(files, node, toml);
        started.add(process);
        return process;
    }

    private static void assertRefused(NodeProcess process, String why) throws InterruptedException {
        assertThat(process.awaitExit()).isEqualTo(1);
        assertThat(process.errors()).contains(why);
        assertThat(process.errors().lines()).hasSize(1);
        assertThat(process.output()).isEmpty();
    }
}
