package io.lightraft.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;

/** A directory with a lightraft.toml of three nodes on free ports, and what the nodes leave in it. */
final class ClusterFiles {

    static final int NODES = 3;

    final Path directory;
    private final List<Integer> ports = Ports.free(3 * NODES);
    private final int statementTimeoutMillis;
    private final String moreLimits;
    private final String moreDriver;

    /** @param statementTimeoutMillis how long a statement typed into nc may wait for its result */
    ClusterFiles(Path directory, int statementTimeoutMillis) {
        this(directory, statementTimeoutMillis, "");
    }

    /** @param moreLimits lines of the [limits] block */
    ClusterFiles(Path directory, int statementTimeoutMillis, String moreLimits) {
        this(directory, statementTimeoutMillis, moreLimits, "");
    }

    /** @param moreDriver lines of the [driver] block */
    ClusterFiles(Path directory, int statementTimeoutMillis, String moreLimits, String moreDriver) {
        this.directory = directory;
        this.moreLimits = moreLimits;
        this.moreDriver = moreDriver;
        this.statementTimeoutMillis = statementTimeoutMillis;
        write("lightraft.toml", "test", ports);
    }

    /** How many entries stay in the log for followers that lag. */
    void logEntries(int logEntries) throws IOException {
        Files.writeString(toml(), Files.readString(toml()) + "[raft]\nlogEntries = " + logEntries + "\n");
    }

    int nc(int node) {
        return ports.get(3 * node);
    }

    int rpc(int node) {
        return ports.get(3 * node + 1);
    }

    int http(int node) {
        return ports.get(3 * node + 2);
    }

    Path toml() {
        return directory.resolve("lightraft.toml");
    }

    Path log(int node) {
        return directory.resolve("data/lightraft-" + node + ".raft");
    }

    Path database(int node) {
        return directory.resolve("data/lightraft-" + node + ".sqlite");
    }

    /** The same data directory and nodes, in a file of another name, for a cluster of this name on other ports. */
    Path otherToml(String file, String cluster) {
        return write(file, cluster, Ports.free(3 * NODES));
    }

    private Path write(String file, String cluster, List<Integer> bindPorts) {
        StringBuilder toml = new StringBuilder("[cluster]\nname = \"" + cluster + "\"\n");
        for (int node = 0; node < NODES; node++) {
            toml.append("[[nodes]]\n");
            toml.append("clientBindPort = " + bindPorts.get(3 * node) + "\n");
            toml.append("rpcBindPort = " + bindPorts.get(3 * node + 1) + "\n");
            toml.append("httpBindPort = " + bindPorts.get(3 * node + 2) + "\n");
        }
        toml.append("[driver]\nname = \"sqlite\"\npathPrefix = \"" + directory.resolve("data/lightraft") + "\"\n"
                + moreDriver);
        toml.append("[limits]\ntimeoutMs = " + statementTimeoutMillis + "\n" + moreLimits);
        try {
            return Files.writeString(directory.resolve(file), toml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of nodes that have stopped: the same tables with the same rows, Lightraft's own (applied index, hash) included. */
    void assertSameRows() throws SQLException {
        DatabaseFiles.assertSameRows(
                IntStream.range(0, NODES).mapToObj(this::database).toList());
    }
}
