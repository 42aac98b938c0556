package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.ReplicaException;
import io.lightraft.sql.Column;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.Statement;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What people see who type SQL. */
class ConversationTests extends ListenerTestSupport {

    @Test
    void opensWithTheLogoTheNodeAndAPromptWithoutLineBreak() throws IOException {
        try (NcClient client = NcClient.dial(listen().port())) {
            String greeting = client.readUntil(NcClient.PROMPT);
            assertThat(greeting).startsWith(" _     _ ").endsWith("\nConnected to node 1\n");
            assertThat(client.socket.getInputStream().available()).isZero();
        }
    }

    @Test
    void answersWritesWithTheNumberOfRows() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)"))
                    .isEqualTo("0 rows affected\n");
            assertThat(client.ask("INSERT INTO t VALUES (1, 'ann')")).isEqualTo("1 row affected\n");
            assertThat(client.ask("INSERT INTO t VALUES (2, NULL), (3, 'bob')")).isEqualTo("2 rows affected\n");
        }
    }

    @Test
    void answersRowsWithABorderedTable() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask("SELECT 1 AS id, 'ann' AS name UNION SELECT 2, NULL UNION SELECT 30, x'00ff'"))
                    .isEqualTo("""
                            +----+---------+
                            | id | name    |
                            +----+---------+
                            | 1  | ann     |
                            | 2  | NULL    |
                            | 30 | X'00FF' |
                            +----+---------+
                            """);
        }
    }

    @Test
    void answersAnEmptyResultWithTheHeaderOnly() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask("SELECT 1 AS id WHERE 0")).isEqualTo("""
                            +----+
                            | id |
                            +----+
                            +----+
                            """);
        }
    }

    @Test
    void showsErrorsInRedInTheWordsOfSqlite() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask("SELECT * FROM foo")).isEqualTo(error("no such table: foo"));
            assertThat(client.ask("SELEC 1")).isEqualTo(error("near \"SELEC\": syntax error"));
        }
    }

    @Test
    void errorsCanNotCarryEscapeSequencesOfTheirOwn() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask("SELECT * FROM \"a\u001B[2Jb\"")).isEqualTo(error("no such table: a\\x1b[2Jb"));
        }
    }

    @Test
    void runsEveryStatementOfALineAlsoAfterAnError() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask("CREATE TABLE t (a); INSERT INTO nosuch VALUES (1);; INSERT INTO t VALUES (';'); "))
                    .isEqualTo("0 rows affected\n" + error("no such table: nosuch") + "1 row affected\n");
        }
    }

    @Test
    void takesCommentsAndBlankLinesForNothing() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask("-- a comment; not a statement")).isEmpty();
            assertThat(client.ask("/* another */ ;")).isEmpty();
            assertThat(client.ask("   ")).isEmpty();
            assertThat(client.ask("SELECT 1 AS a -- really; one")).contains("| a |");
        }
    }

    @Test
    void takesCrlfAsTheEndOfALine() throws IOException {
        try (NcClient client = connect()) {
            assertThat(client.ask("SELECT 'x' AS a\r")).contains("| x |").doesNotContain("\\r");
            assertThat(client.ask("\r")).isEmpty();
        }
    }

    @Test
    void showsWhatTheClusterRefusesAsARedLineAndGoesOn() throws IOException {
        SqliteFileEngine engine = new SqliteFileEngine(directory) {
            @Override
            public void run(Session session, Statement statement, ReadOptions options, ResultSink sink)
                    throws IOException {
                if (statement.sql().startsWith("INSERT")) {
                    throw new ReplicaException.NoLeader("no quorum: 1 of 2 voters reachable.\nTry again later.");
                }
                super.run(session, statement, options, sink);
            }
        };
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            assertThat(client.ask("INSERT INTO t VALUES (1); SELECT 2 AS a"))
                    .startsWith(error("no quorum: 1 of 2 voters reachable. Try again later.") + "+---+\n");
        }
    }

    @Test
    void survivesABugInTheEngine() throws IOException {
        SqliteFileEngine engine = new SqliteFileEngine(directory) {
            @Override
            public void run(Session session, Statement statement, ReadOptions options, ResultSink sink)
                    throws IOException {
                sink.columns(List.of(new Column("a", null)));
                throw new IllegalStateException("a bug of the test's own");
            }
        };
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            assertThat(client.ask("SELECT 1")).startsWith(RED + "Error: internal error");
            assertThat(client.ask(".timer")).isEqualTo("off\n");
        }
    }

    @Test
    void survivesAResultThatDoesNotFitIntoMemory() throws IOException {
        SqliteFileEngine engine = new SqliteFileEngine(directory) {
            @Override
            public void run(Session session, Statement statement, ReadOptions options, ResultSink sink) {
                throw new OutOfMemoryError("Java heap space");
            }
        };
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            assertThat(client.ask("SELECT huge"))
                    .isEqualTo(
                            error("the result needs more memory than this node has now. Ask for less of it at once."));
            assertThat(client.ask(".timer")).isEqualTo("off\n");
        }
    }

    @Test
    void answersAllLinesOfAClientThatHasEndedItsInputAndThenEndsTheSession() throws IOException {
        try (NcClient client = NcClient.dial(listen().port())) {
            client.send("CREATE TABLE t (a);\nINSERT INTO t VALUES (7);\nSELECT a FROM t;\n");
            client.endInput();
            assertThat(client.readToEnd())
                    .contains("0 rows affected\nlightraft=# 1 row affected\nlightraft=# +---+\n")
                    .endsWith("| 7 |\n+---+\nlightraft=# ");
        }
    }

    @Test
    void neverRunsAHalfLine() throws IOException {
        QueryListener listener = listen();
        try (NcClient client = NcClient.connect(listener.port())) {
            client.ask("CREATE TABLE t (a)");
            client.send("INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);");
            client.endInput();
            assertThat(client.readToEnd())
                    .startsWith("1 row affected\n")
                    .endsWith(error("the input ended before the last line did. Nothing of it was run."));
        }
        try (NcClient client = NcClient.connect(listener.port())) {
            assertThat(client.ask("SELECT a FROM t")).contains("| 1 |").doesNotContain("| 2 |");
        }
    }

    @Test
    void saysGoodByeToQuit() throws IOException {
        for (String command : List.of(".quit", ".exit", " .QUIT; ")) {
            try (NcClient client = connect()) {
                client.send(command + "\nSELECT 1;\n");
                assertThat(client.readToEnd()).isEmpty();
            }
        }
    }
}
