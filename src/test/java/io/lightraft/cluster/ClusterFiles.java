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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A directory with a lightraft.toml of three nodes on free ports, and what the nodes leave in it. */
final class ClusterFiles {

    static final int NODES = 3;

    final Path directory;
    private final List<Integer> ports = Ports.free(3 * NODES);

    /** @param statementTimeoutMillis how long a statement typed into nc may wait for its result */
    ClusterFiles(Path directory, int statementTimeoutMillis) {
        this.directory = directory;
        write("lightraft.toml", "test", "data/lightraft", statementTimeoutMillis);
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

    private void write(String file, String cluster, String pathPrefix, int statementTimeoutMillis) {
        StringBuilder toml = new StringBuilder("[cluster]\nname = \"" + cluster + "\"\n");
        for (int node = 0; node < NODES; node++) {
            toml.append("[[nodes]]\nclientBindPort = " + nc(node) + "\nrpcBindPort = " + rpc(node) + "\nhttpBindPort = "
                    + http(node) + "\n");
        }
        toml.append("[driver]\nname = \"sqlite\"\npathPrefix = \"" + directory.resolve(pathPrefix) + "\"\n");
        toml.append("[limits]\ntimeoutMs = " + statementTimeoutMillis + "\n");
        try {
            Files.writeString(directory.resolve(file), toml);
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
                tables.put(name, rows(connection, "SELECT * FROM \"" + name + "\" ORDER BY rowid"));
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
                    cells.add(String.valueOf(result.getObject(column)));
                }
                rows.add(String.join("|", cells));
            }
        }
        return rows;
    }
}
