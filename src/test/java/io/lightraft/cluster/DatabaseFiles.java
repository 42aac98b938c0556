package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;

/** What is in the SQLite files of nodes that have stopped. */
public final class DatabaseFiles {

    private DatabaseFiles() {}

    /** The same tables with the same rows, Lightraft's own (applied index, hash) included. */
    public static void assertSameRows(List<Path> files) throws SQLException {
        Map<String, List<String>> first = tables(files.get(0));
        assertThat(first).containsKey("_lightraft_state");
        for (int node = 1; node < files.size(); node++) {
            Map<String, List<String>> other = tables(files.get(node));
            assertThat(other.keySet()).as("tables of node %d", node).isEqualTo(first.keySet());
            for (String table : first.keySet()) {
                // Whole lists only in case of need: they are long.
                if (!other.get(table).equals(first.get(table))) {
                    assertThat(other.get(table))
                            .as("%s of node %d", table, node)
                            .containsExactlyElementsOf(first.get(table));
                }
            }
        }
    }

    /** How far each has applied the log. */
    public static Stream<String> appliedIndexes(List<Path> files) throws SQLException {
        List<String> indexes = new ArrayList<>();
        for (Path file : files) {
            try (Connection connection = open(file)) {
                indexes.addAll(rows(connection, "SELECT applied_index FROM _lightraft_state"));
            }
        }
        return indexes.stream();
    }

    private static Map<String, List<String>> tables(Path file) throws SQLException {
        Map<String, List<String>> tables = new LinkedHashMap<>();
        try (Connection connection = open(file)) {
            tables.put("sqlite_schema", rows(connection, "SELECT type, name, tbl_name, sql FROM sqlite_schema"));
            for (String name : rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'")) {
                tables.put(name, rows(connection, "SELECT * FROM \"" + name + "\" NOT INDEXED"));
            }
        }
        return tables;
    }

    private static Connection open(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
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
