package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A directory with a lightraft.toml of three nodes on free ports, and what the nodes leave in it. */
final class ClusterFiles {

    static final int NODES = 3;

    final Path directory;
    private final List<Integer> ports = Ports.free(3 * NODES);
    private final int statementTimeoutMillis;
    private final String moreLimits;

    /** @param statementTimeoutMillis how long a statement typed into nc may wait for its result */
    ClusterFiles(Path directory, int statementTimeoutMillis) {
        this(directory, statementTimeoutMillis, "");
    }

    /** @param moreLimits lines of the [limits] block */
    ClusterFiles(Path directory, int statementTimeoutMillis, String moreLimits) {
        this.directory = directory;
        this.moreLimits = moreLimits;
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
        toml.append("[driver]\nname = \"sqlite\"\npathPrefix = \"" + directory.resolve("data/lightraft") + "\"\n");
        toml.append("[limits]\ntimeoutMs = " + statementTimeoutMillis + "\n" + moreLimits);
        try {
            return Files.writeString(directory.resolve(file), toml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of nodes that have stopped: the same tables with the same rows, Lightraft's own (applied index, hash) included. */
    void assertSameRows() throws SQLException {
        Map<String, List<String>> first = tables(0);
        assertThat(first).containsKey("_lightraft_state");
        for (int node = 1; node < NODES; node++) {
            Map<String, List<String>> other = tables(node);
            assertThat(other.keySet()).as("tables of node %d", node).isEqualTo(first.keySet());
            for (String table : first.keySet()) {
                assertThat(other.get(table)).as("%s of node %d", table, node).isEqualTo(first.get(table));
            }
        }
    }

    private Map<String, List<String>> tables(int node) throws SQLException {
        Map<String, List<String>> tables = new LinkedHashMap<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database(node))) {
            tables.put("sqlite_schema", rows(connection, "SELECT type, name, tbl_name, sql FROM sqlite_schema"));
            for (String name : rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'")) {
                tables.put(name, rows(connection, "SELECT * FROM \"" + name + "\" NOT INDEXED"));
            }
        }
        return tables;
    }

    private static List<String> rows(Connection connection, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> cells = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    Object cell = result.getObject(column);
                    cells.add(cell instanceof byte[] blob ? HexFormat.of().formatHex(blob) : String.valueOf(cell));
                }
                rows.add(String.join("|", cells));
            }
        }
        return rows;
    }
}
