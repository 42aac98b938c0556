package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlScriptTests {

    private static final List<String> STATEMENTS = List.of(
            "SELECT 1",
            "SELECT ';' , \";\", [;], `;`",
            "INSERT INTO t VALUES('it''s; fine', x'3b')",
            "SELECT /* ; */ 1 -- ;\n + 2",
            "CREATE TABLE end(trigger, create_)",
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t; END",
            "CREATE TEMP TRIGGER tr AFTER INSERT ON t BEGIN SELECT ';END;'; END",
            "CREATE TRIGGER IF NOT EXISTS tr INSERT ON t BEGIN UPDATE t SET a = 'x' WHERE a = END; SELECT 1; END",
            "EXPLAIN CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
            "EXPLAIN QUERY PLAN CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
            "EXPLAIN QUERY PLAN SELECT 1",
            "SELECT :a, @b, $c::d(e), ?1, ?",
            "UPDATE \"a\"\"b;\" SET x = 1e5, y = 0xff, z = 1_000",
            "garbage ) ( é 😀",
            "BEGIN",
            "END");

    @Test
    void leavesOutEmptyStatementsAndComments() {
        assertThat(SqlScript.split(" ; ;; -- nothing\n /* ; */ ; \r\n\uFEFF")).isEmpty();
        assertThat(SqlScript.split("")).isEmpty();
        assertThat(SqlScript.split("-- first\nSELECT 1; -- last")).containsExactly("SELECT 1");
    }

    @Test
    void keepsWhatIsLeftOpenForSqliteToComplainAbout() {
        assertThat(SqlScript.split("SELECT 'a; b")).containsExactly("SELECT 'a; b");
        assertThat(SqlScript.split("SELECT [a; b")).containsExactly("SELECT [a; b");
    }

    @RepeatedTest(50)
    void findsTheStatementsThatWereJoined(RepetitionInfo info) {
        long seed = info.getCurrentRepetition();
        Random random = new Random(seed);
        List<String> wanted = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            String statement = STATEMENTS.get(random.nextInt(STATEMENTS.size()));
            wanted.add(statement);
            text.append(List.of("", " ", "\r\n", "-- ;'\n", "/* '; */").get(random.nextInt(5)))
                    .append(statement)
                    .append(List.of(";", " ;", ";;", "\n;\n").get(random.nextInt(4)));
        }
        assertThat(SqlScript.split(text.toString())).as("seed %d", seed).isEqualTo(wanted);
        assertThat(SqlScript.isComplete(text.toString())).as("seed %d", seed).isTrue();
        assertThat(SqlScript.isComplete(text + "SELECT 1")).as("seed %d", seed).isFalse();
    }

    @RepeatedTest(20)
    void neverFailsWhateverIsTyped(RepetitionInfo info) {
        Random random = new Random(info.getCurrentRepetition());
        String alphabet = "';\"`[]-/*xX$:@?#( )\n\0aéEND😀";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        assertThat(String.join("", SqlScript.split(text.toString())).length()).isLessThanOrEqualTo(text.length());
        SqlScript.isComplete(text.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SELECT 1",
                "SELECT ';",
                "SELECT 1; /* open",
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;",
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
                "SELECT 1 -- ;"
            })
    void waitsForTheEndOfAStatement(String text) {
        assertThat(SqlScript.isComplete(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ";",
                "SELECT 1;",
                "SELECT 1; -- done",
                "SELECT 1; /* done */ \n",
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;"
            })
    void knowsTheEndOfAStatement(String text) {
        assertThat(SqlScript.isComplete(text)).isTrue();
    }
}
