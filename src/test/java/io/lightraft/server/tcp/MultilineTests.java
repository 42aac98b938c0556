package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** {@code .multiline on}: for files, and for people who paste. */
class MultilineTests extends ListenerTestSupport {

    private static final String CONTINUATION = "lightraft-# ";

    @Test
    void aStatementEndsAtItsSemicolonOnly() throws IOException {
        try (NcClient client = connect()) {
            client.ask(".multiline on");
            client.send("SELECT 1\n");
            assertThat(client.readUntil(CONTINUATION)).isEmpty();
            client.send("AS a\n");
            assertThat(client.readUntil(CONTINUATION)).isEmpty();
            assertThat(client.ask(", 'x;\n.quit' AS b;")).contains(CONTINUATION + "+---+-------+\n| a | b     |");
            client.ask(".multiline off");
            assertThat(client.ask("SELECT 2 AS a")).contains("| 2 |");
        }
    }

    @Test
    void aWholeFileIsRun() throws IOException {
        String file = """
                .multiline on
                -- the schema
                .timer off
                /* of
                   people; */
                CREATE TABLE people (
                    id INTEGER PRIMARY KEY, -- theirs; not ours
                    name TEXT
                );

                CREATE TRIGGER shout AFTER INSERT ON people BEGIN
                    UPDATE people SET name = upper(name) WHERE id = new.id;
                END;
                INSERT INTO people (name)
                VALUES ('ann;
                bob'); SELECT name
                FROM people; /* over
                two lines */
                SELECT 'last' AS w;
                """;
        try (NcClient client = NcClient.dial(listen().port())) {
            client.send(file);
            client.endInput();
            assertThat(client.readToEnd().replace(NcClient.PROMPT, "").replace(CONTINUATION, ""))
                    .doesNotContain("Error")
                    .contains("0 rows affected\n0 rows affected\n1 row affected\n")
                    .contains("| ANN; |\n| BOB  |")
                    .contains("| last |");
        }
    }

    @Test
    void aStatementWithoutItsEndIsNeverRun() throws IOException {
        QueryListener listener = listen();
        try (NcClient client = NcClient.connect(listener.port())) {
            client.ask("CREATE TABLE t (a)");
            client.send(".multiline on\nINSERT INTO t VALUES (1)\n");
            client.endInput();
            assertThat(client.readToEnd())
                    .endsWith(error("the input ended before the last statement did. Nothing of it was run."));
        }
        try (NcClient client = NcClient.connect(listener.port())) {
            assertThat(client.ask("SELECT count(*) AS n FROM t")).contains("| 0 |");
        }
    }

    @Test
    void aBadByteSpoilsItsStatementAndNoneOfItIsTakenForAnother() throws IOException {
        try (NcClient client = connect()) {
            client.ask("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
            client.ask(".multiline on");
            client.send("INSERT INTO t VALUES ('\n");
            client.send(new byte[] {(byte) 0xFF, '\n'});
            assertThat(client.ask("DELETE FROM t;\n');")).contains(RED + "Error: not UTF-8: byte 0xFF at position 1");
            assertThat(client.ask("SELECT count(*) AS n FROM t;")).contains("| 1 |");
        }
    }

    @Test
    void anEndlessStatementEndsTheSession() throws IOException {
        try (NcClient client = connect()) {
            client.ask(".multiline on");
            client.send("SELECT 1\n".repeat(2000));
            assertThat(client.readToEnd())
                    .endsWith(error("a statement is longer than 10000 characters. Nothing of it was run."
                            + " The session ends."));
        }
    }
}
