package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.ReplicaException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatabaseTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private SingleNode node;
    private final Session session = new Session();

    @BeforeEach
    void open() {
        node = new SingleNode(directory, 2);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private List<String> run(String sql) throws IOException {
        return run(sql, ReadLevel.LINEARIZABLE);
    }

    private List<String> run(String sql, ReadLevel level) throws IOException {
        RecordingSink sink = new RecordingSink();
        node.database.run(session, Statement.of(sql), new ReadOptions(level, null, TIMEOUT), sink);
        return sink.lines;
    }

    private List<String> execute(boolean atomic, String... statements) throws IOException {
        RecordingSink sink = new RecordingSink();
        node.database.execute(
                new Session(), Arrays.stream(statements).map(Statement::of).toList(), atomic, TIMEOUT, sink);
        return sink.lines;
    }

    private List<String> query(String... statements) throws IOException {
        RecordingSink sink = new RecordingSink();
        node.database.query(
                session, Arrays.stream(statements).map(Statement::of).toList(), ReadOptions.DEFAULT, sink);
        return sink.lines;
    }

    @Test
    void answersWhatAPersonTypes() throws IOException {
        assertThat(run("CREATE TABLE t(a INTEGER PRIMARY KEY, b)")).containsExactly("changed 0 0");
        assertThat(run("INSERT INTO t(b) VALUES('x'), (NULL);")).containsExactly("changed 2 2");
        assertThat(run("SELECT * FROM t")).containsExactly("columns [a, b]", "row [1, x]", "row [2, null]", "end");
        assertThat(run("SELECT * FROM t WHERE 0")).containsExactly("columns [a, b]", "end");
        assertThat(run("INSERT INTO t(b) VALUES('z') RETURNING a")).containsExactly("columns [a]", "row [3]", "end");
        assertThat(run("SELECT last_insert_rowid(), changes()")).contains("row [3, 1]");
        assertThat(run("SELECT * FROM nosuch")).containsExactly("failed 1 no such table: nosuch");
        assertThat(run("INSERT INTO nosuch VALUES(1)")).containsExactly("failed 1 no such table: nosuch");
        assertThat(run("SELEC 1")).containsExactly("failed 1 near \"SELEC\": syntax error");
        assertThat(run("SELECT 'a")).containsExactly("failed 1 unrecognized token: \"'a\"");
    }

    @Test
    void asksSqliteWhetherAStatementThatBeginsWithWithWrites() throws IOException {
        run("CREATE TABLE t(a)");
        int before = node.proposals;
        assertThat(run("WITH x AS (SELECT 1 AS a) SELECT a FROM x")).contains("row [1]");
        assertThat(node.proposals).isEqualTo(before);
        assertThat(run("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x")).containsExactly("changed 1 1");
        assertThat(node.proposals).isEqualTo(before + 1);
    }

    @Test
    void doesNotTakeALaggingFileForTheTruth() throws IOException {
        node.role = "FOLLOWER";
        node.commitElsewhere("CREATE TABLE t(a)");
        assertThat(run("WITH x AS (SELECT 7) INSERT INTO t SELECT * FROM x", ReadLevel.NONE))
                .containsExactly("changed 1 1");
        node.commitElsewhere("CREATE TABLE u(a)");
        assertThat(run("INSERT INTO u VALUES(1)", ReadLevel.NONE)).containsExactly("changed 1 1");
        node.commitElsewhere("CREATE TABLE v(a)", "INSERT INTO v VALUES(5)");
        assertThat(run("SELECT a FROM v")).contains("row [5]");
    }

    @Test
    void readsAtTheLevelThatIsAsked() throws IOException {
        run("CREATE TABLE t(a)");
        node.commitElsewhere("INSERT INTO t VALUES(1)");
        int rounds = node.readIndexes;
        assertThat(run("SELECT count(*) FROM t", ReadLevel.NONE)).contains("row [0]");
        assertThat(run("SELECT count(*) FROM t", ReadLevel.WEAK)).contains("row [0]");
        assertThat(node.readIndexes).isEqualTo(rounds);
        node.role = "FOLLOWER";
        assertThat(run("SELECT count(*) FROM t", ReadLevel.AUTO)).contains("row [1]");
        assertThat(node.readIndexes).isEqualTo(rounds + 1);
        node.commitElsewhere("INSERT INTO t VALUES(1)");
        int proposals = node.proposals;
        assertThat(run("SELECT count(*) FROM t", ReadLevel.STRONG)).contains("row [2]");
        assertThat(node.proposals).isEqualTo(proposals + 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = ReadLevel.class,
            names = {"WEAK", "AUTO", "LINEARIZABLE", "STRONG"})
    void neverAnswersStaleWithoutAQuorum(ReadLevel level) {
        node.role = "FOLLOWER";
        node.quorum = false;
        assertThatThrownBy(() -> run("SELECT 1", level))
                .isInstanceOf(ReplicaException.NoLeader.class)
                .hasMessageContaining("no quorum");
        assertThatThrownBy(() -> run("CREATE TABLE t(a)", level)).isInstanceOf(ReplicaException.NoLeader.class);
    }

    @Test
    void refusesAStaleReadThatAskedForAFresherOne() throws IOException {
        node.role = "FOLLOWER";
        ReadOptions fresh = new ReadOptions(ReadLevel.NONE, Duration.ofSeconds(1), TIMEOUT);
        RecordingSink sink = new RecordingSink();
        node.leaderContactAge = Duration.ofSeconds(2);
        assertThatThrownBy(() -> node.database.run(session, Statement.of("SELECT 1"), fresh, sink))
                .hasMessage("stale read");
        node.leaderContactAge = null;
        assertThatThrownBy(() -> node.database.run(session, Statement.of("SELECT 1"), fresh, sink))
                .hasMessage("stale read");
        node.leaderContactAge = Duration.ofMillis(500);
        node.database.run(session, Statement.of("SELECT 1"), fresh, sink);
        assertThat(sink.lines).contains("row [1]");
    }

    @Test
    void executesStatementsAsOneEntry() throws IOException {
        assertThat(execute(false, "CREATE TABLE t(a PRIMARY KEY)", "INSERT INTO t VALUES(1)", "", "-- nothing"))
                .containsExactly("changed 0 0", "changed 1 1");
        assertThat(execute(false, "INSERT INTO t VALUES(1)", "INSERT INTO t VALUES(2)", "SELECT a FROM t"))
                .containsExactly(
                        "failed 1555 UNIQUE constraint failed: t.a",
                        "changed 1 2",
                        "columns [a]",
                        "row [1]",
                        "row [2]",
                        "end");
        assertThat(execute(true, "INSERT INTO t VALUES(3)", "INSERT INTO t VALUES(1)", "INSERT INTO t VALUES(4)"))
                .containsExactly("changed 1 3", "failed 1555 UNIQUE constraint failed: t.a");
        assertThat(run("SELECT count(*) FROM t")).contains("row [2]");
        assertThat(node.proposals).isEqualTo(3);
    }

    @Test
    void refusesPartsOfARequestInTheirPlaces() throws IOException {
        execute(false, "CREATE TABLE t(a)");
        assertThat(execute(false, "INSERT INTO t VALUES(1)", "VACUUM", "INSERT INTO t VALUES(2)"))
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo("changed 1 1"),
                        second -> assertThat(second).startsWith("failed 1 VACUUM is not available"),
                        third -> assertThat(third).isEqualTo("changed 1 2"));
        int proposals = node.proposals;
        assertThat(execute(true, "INSERT INTO t VALUES(1)", "COMMIT", "INSERT INTO t VALUES(2)"))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("failed 1 not run"),
                        second -> assertThat(second).contains("a transaction is open only within a session"));
        assertThat(execute(false, "PRAGMA database_list")).first().asString().contains("send it as a query");
        assertThat(execute(false, "ANALYZE", "SELECT 1").get(0)).contains("by itself");
        assertThat(node.proposals).isEqualTo(proposals + 1);
        assertThat(execute(false, "ANALYZE")).hasSize(1).first().asString().startsWith("changed");
    }

    @Test
    void runsNothingBesideARefusedBegin() throws IOException {
        execute(false, "CREATE TABLE t(a)", "INSERT INTO t VALUES(1)");
        assertThat(execute(false, "BEGIN", "DELETE FROM t", "ROLLBACK"))
                .first()
                .asString()
                .contains("BEGIN can't be run here");
        assertThat(execute(false, "SELECT count(*) FROM t").toString()).contains("row [1]");
    }

    @Test
    void neverWritesInAQuery() throws IOException {
        run("CREATE TABLE t(a)");
        String refused = "failed 8 attempt to change database via query operation";
        assertThat(query(
                        "INSERT INTO t VALUES(1)",
                        "WITH x AS (SELECT 1) DELETE FROM t",
                        "PRAGMA user_version = 5",
                        "SELECT count(*) FROM t"))
                .containsExactly(refused, refused, refused, "columns [count(*)]", "row [0]", "end");
        run("CREATE VIRTUAL TABLE f USING fts3(a)");
        run("INSERT INTO f VALUES('x')");
        run("INSERT INTO f VALUES('y')");
        assertThat(query("SELECT optimize(f) FROM f LIMIT 1")).last().asString().startsWith("failed");
        assertThat(query()).isEmpty();
    }

    @Test
    void handlesPragmas() throws IOException {
        assertThat(run("PRAGMA user_version = 7")).containsExactly("changed 0 0");
        assertThat(run("PRAGMA user_version")).contains("row [7]");
        assertThat(run("PRAGMA foreign_keys = ON")).containsExactly("columns []", "end");
        assertThat(run("PRAGMA foreign_keys")).contains("row [1]");
        assertThat(run("PRAGMA journal_mode")).contains("row [wal]");
        assertThat(run("PRAGMA journal_mode = DELETE").get(0)).startsWith("failed");
        assertThat(query("PRAGMA journal_mode")).contains("row [wal]");
        assertThat(run("EXPLAIN QUERY PLAN SELECT 1")).anyMatch(line -> line.contains("SCAN"));
    }

    @Test
    void bindsParametersOfReadsAndWrites() throws IOException {
        run("CREATE TABLE t(a, b)");
        RecordingSink sink = new RecordingSink();
        Map<String, @Nullable Object> named = Map.of("v", "n\0ul");
        node.database.run(
                session,
                new Statement("INSERT INTO t VALUES(?, :v)", List.of(Long.MIN_VALUE), named),
                ReadOptions.DEFAULT,
                sink);
        node.database.run(
                session, new Statement("SELECT a, b FROM t WHERE b = :v", List.of(), named), ReadOptions.DEFAULT, sink);
        assertThat(sink.lines).contains("row [-9223372036854775808, n\0ul]");
        sink.lines.clear();
        node.database.run(session, Statement.of("SELECT ?"), ReadOptions.DEFAULT, sink);
        assertThat(sink.lines).containsExactly("failed 25 the statement has 1 parameter but 0 values were given");
    }

    @Test
    void refusesTextThatCannotBeStoredAndStatementsThatAreTooLong() throws IOException {
        assertThatThrownBy(() -> run("INSERT INTO t VALUES('\uD800')")).isInstanceOf(ReplicaException.Rejected.class);
        assertThat(run("SELECT '" + "x".repeat(5 << 20) + "'").get(0)).startsWith("failed 1 the statement is longer");
        assertThat(run("SELECT 1; SELECT 2").get(0)).startsWith("failed 1 there are 2 statements");
        assertThat(run(" ; ")).containsExactly("failed 1 there is no statement");
    }

    /** As after a pause of the process: by its clock, the replica's own deadline comes later than the caller's. */
    @Test
    void saysThatTheOutcomeIsUnknownWhenTheReplicaDoesNotAnswerInTime() {
        node.mute = true;
        ReadOptions soon = new ReadOptions(ReadLevel.LINEARIZABLE, null, Duration.ofMillis(1));

        assertThatThrownBy(
                        () -> node.database.run(session, Statement.of("CREATE TABLE t(a)"), soon, new RecordingSink()))
                .isInstanceOf(ReplicaException.OutcomeUnknown.class)
                .hasMessageStartingWith("outcome unknown: ");
    }

    @Test
    void keepsSessionsApart() throws IOException {
        run("CREATE TABLE t(a)");
        run("INSERT INTO t VALUES(1)");
        Session other = new Session();
        RecordingSink sink = new RecordingSink();
        Statement insert = Statement.of("INSERT INTO t SELECT last_insert_rowid() RETURNING a");
        node.database.run(session, Statement.of("INSERT INTO t VALUES(2),(3)"), ReadOptions.DEFAULT, sink);
        node.database.run(other, insert, ReadOptions.DEFAULT, sink);
        node.database.run(session, insert, ReadOptions.DEFAULT, sink);
        assertThat(sink.lines)
                .containsExactly("changed 2 3", "columns [a]", "row [0]", "end", "columns [a]", "row [3]", "end");
    }
}
