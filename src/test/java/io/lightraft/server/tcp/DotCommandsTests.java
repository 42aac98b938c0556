package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.Statement;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class DotCommandsTests extends ListenerTestSupport {

    @Test
    void helpNamesEveryCommand() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask(".help"))
                    .contains(".help", ".tables", ".schema [TABLE]", ".nodes", ".status", ".consistency", ".timer")
                    .contains(".multiline", ".quit", "none, weak, auto, linearizable, strong");
        }
    }

    @Test
    void tablesListsTablesAndViewsButNoInternalOnes() throws IOException {
        try (NcClient client = connect()) {
            client.ask("CREATE TABLE zebra (a INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW ape AS SELECT 1;");
            client.ask("CREATE TABLE _lightraft_state (a); CREATE TABLE xlightraft (a); ANALYZE");
            assertThat(client.ask(".tables")).isEqualTo("""
                            +------------+
                            | name       |
                            +------------+
                            | ape        |
                            | xlightraft |
                            | zebra      |
                            +------------+
                            """);
        }
    }

    @Test
    void schemaPrintsStatementsThatCouldBeRunAgain() throws IOException {
        try (NcClient client = connect()) {
            client.ask("CREATE TABLE t (a UNIQUE, b); CREATE INDEX t_b ON t (b); CREATE TABLE u (a);");
            client.ask("CREATE TABLE _lightraft_state (a); CREATE INDEX plain ON _lightraft_state (a)");
            String ofT = "CREATE TABLE t (a UNIQUE, b);\nCREATE INDEX t_b ON t (b);\n";
            assertThat(client.ask(".schema")).isEqualTo(ofT + "CREATE TABLE u (a);\n");
            assertThat(client.ask(".schema T")).isEqualTo(ofT);
            assertThat(client.ask(".schema \"t\";")).isEqualTo(ofT);
        }
    }

    @Test
    void schemaOfAnUnknownOrInternalTableIsAnError() throws IOException {
        try (NcClient client = connect()) {
            client.ask("CREATE TABLE _lightraft_state (a)");
            assertThat(client.ask(".schema nosuch")).isEqualTo(error("no such table: nosuch"));
            assertThat(client.ask(".schema _lightraft_state")).isEqualTo(error("no such table: _lightraft_state"));
            assertThat(client.ask(".schema ' OR 1 --")).isEqualTo(error("no such table: ' OR 1 --"));
            assertThat(client.ask(".schema")).isEmpty();
        }
    }

    @Test
    void nodesShowsTheMembers() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask(".nodes"))
                    .contains(
                            "| nodeId | clientAddress  | rpcAddress      | httpAddress    | voter | leader | reachable |"
                                    + " matchIndex | lag |")
                    .contains(
                            "| 0      | 127.0.0.1:6453 | 127.0.0.1:56453 | 127.0.0.1:4000 | yes   | no     | yes       |"
                                    + " 40         | 3   |")
                    .contains("| yes   | yes    | NULL      | 43         | 0   |");
        }
    }

    @Test
    void statusShowsTheNode() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask(".status"))
                    .contains("| property      | value  |", "| role          | LEADER |", "| term          | 7      |")
                    .contains("| commitIndex   | 42     |", "| failure       | NULL   |");
        }
    }

    @Test
    void consistencyShowsAndSetsTheLevelOfTheFollowingReads() throws IOException {
        List<ReadLevel> levels = new CopyOnWriteArrayList<>();
        SqliteFileEngine engine = new SqliteFileEngine(directory) {
            @Override
            public void run(Session session, Statement statement, ReadOptions options, ResultSink sink)
                    throws IOException {
                levels.add(options.level());
                super.run(session, statement, options, sink);
            }
        };
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            assertThat(client.ask(".consistency")).isEqualTo("linearizable\n");
            client.ask("SELECT 1");
            assertThat(client.ask(".consistency NONE")).isEmpty();
            assertThat(client.ask(".consistency")).isEqualTo("none\n");
            client.ask("SELECT 1");
            client.ask(".tables");
            assertThat(client.ask(".consistency eventual"))
                    .isEqualTo(error("unknown level \"eventual\"."
                            + " Usage: .consistency LEVEL, one of none, weak, auto, linearizable, strong."));
            assertThat(levels).containsExactly(ReadLevel.LINEARIZABLE, ReadLevel.NONE, ReadLevel.NONE);
        }
    }

    @Test
    void timerSaysHowLongEachStatementTook() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask(".timer on")).isEmpty();
            assertThat(client.ask(".timer")).startsWith("on\nTime: ");
            assertThat(client.ask("SELECT 1; SELEC")).containsPattern("(?s)Time: \\d+\\.\\d{3} ms\n.*Time: .* ms\n$");
            client.ask(".timer off");
            assertThat(client.ask("SELECT 1")).doesNotContain("Time");
        }
    }

    @Test
    void mistakesSayWhatWouldBeRight() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask(".tabels"))
                    .isEqualTo(error("unknown command .tabels. Type .help for those there are."));
            assertThat(client.ask(".timer maybe"))
                    .isEqualTo(error(".timer doesn't know \"maybe\". Usage: .timer on|off"));
            assertThat(client.ask(".nodes 3"))
                    .isEqualTo(error(".nodes takes no argument, but got \"3\". Usage: .nodes"));
            assertThat(client.ask(".quit now"))
                    .isEqualTo(error(".quit takes no argument, but got \"now\". Usage: .quit"));
        }
    }
}
