package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.ReplicaException;
import io.lightraft.sql.KeyReusedException;
import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.Statement;
import io.lightraft.sql.WriteOptions;
import java.io.IOException;
import java.time.Duration;
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
                    .contains("| commitIndex   | 42     |", "| failure       | NULL   |", "| impediment    | NULL   |");
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
    void levelNoneTakesALimitToHowOldItMayBe() throws IOException {
        List<ReadOptions> seen = new CopyOnWriteArrayList<>();
        SqliteFileEngine engine = new SqliteFileEngine(directory) {
            @Override
            public void run(Session session, Statement statement, ReadOptions options, ResultSink sink)
                    throws IOException {
                seen.add(options);
                super.run(session, statement, options, sink);
            }
        };
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            assertThat(client.ask(".consistency none 500MS;")).isEmpty();
            assertThat(client.ask(".consistency")).isEqualTo("none 500ms\n");
            client.ask("SELECT 1");
            assertThat(client.ask(".consistency none soon"))
                    .isEqualTo(error("\"soon\" is no time. Usage: .consistency none"
                            + " TIME, such as 500ms, 2s or 1m, since the leader was last heard of."));
            assertThat(client.ask(".consistency weak 1s"))
                    .isEqualTo(error("only reads of level none have a freshness. Usage: .consistency none 2s"));
            assertThat(client.ask(".consistency"))
                    .as("a mistake changes nothing")
                    .isEqualTo("none 500ms\n");
            client.ask(".consistency none");
            client.ask("SELECT 1");
        }
        assertThat(seen).extracting(ReadOptions::freshness).containsExactly(Duration.ofMillis(500), null);
    }

    @Test
    void onceIsAWriteWithAKey() throws IOException {
        List<String> seen = new CopyOnWriteArrayList<>();
        SqliteFileEngine engine = new SqliteFileEngine(directory) {
            @Override
            public void execute(Session session, List<Statement> statements, WriteOptions options, ResultSink sink)
                    throws IOException {
                String key = String.valueOf(options.idempotencyKey());
                seen.add(key + " " + options.atomic() + " "
                        + statements.stream().map(Statement::sql).toList());
                switch (key) {
                    case "reused" -> throw new KeyReusedException("came before");
                    case "lost" -> throw new ReplicaException.OutcomeUnknown("look");
                    case "failing" -> sink.failed(1, "no");
                    default -> sink.changed(1, 1);
                }
            }
        };
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            assertThat(client.ask(".once order-17 INSERT INTO t VALUES(';');")).isEqualTo("1 row affected\n");
            assertThat(client.ask(".ONCE order-18   DELETE FROM t; DELETE FROM u"))
                    .isEqualTo("1 row affected\n");
            assertThat(client.ask(".once failing DELETE FROM t; DELETE FROM u"))
                    .isEqualTo(error("no") + error("nothing of the line was done"));
            assertThat(client.ask(".once reused DELETE FROM t")).isEqualTo(error("came before"));
            assertThat(client.ask(".once lost DELETE FROM t")).contains("Send it again with the same key");
            for (String incomplete : List.of(".once", ".once key", ".once key;", ".once key  ;")) {
                assertThat(client.ask(incomplete))
                        .isEqualTo(error("a key and a statement are missing. Usage: .once KEY STATEMENT"));
            }
        }
        assertThat(seen.subList(0, 2))
                .containsExactly(
                        "order-17 false [INSERT INTO t VALUES(';')]", "order-18 true [DELETE FROM t, DELETE FROM u]");
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
