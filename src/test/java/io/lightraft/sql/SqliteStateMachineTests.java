package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.EntryHeader;
import io.lightraft.node.StateMachine;
import io.lightraft.node.UnappliableEntryException;
import io.lightraft.raft.ConfState;
import io.lightraft.sql.StatementResult.Changed;
import io.lightraft.sql.StatementResult.Failed;
import io.lightraft.sql.StatementResult.Rows;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteStateMachineTests {

    private static final ConfState THREE = ConfState.ofVoters(List.of(1L, 2L, 3L));

    @TempDir
    Path directory;

    private Path file;
    private SqliteStateMachine machine;

    @BeforeEach
    void open() {
        file = directory.resolve("data/lightraft-0.sqlite");
        machine = SqliteStateMachine.open(file, ClusterLimits.DEFAULT);
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private void reopen() {
        machine.close();
        open();
    }

    private List<StatementResult> run(String... statements) {
        return Log.run(machine, statements);
    }

    private StatementResult run(String sql, List<@Nullable Object> values) {
        Command command = new Command(List.of(new Statement(sql, values, Map.of())), false, null);
        return machine.apply(List.of(new Log(machine.applied().index()).entry(command)))
                .get(0)
                .get(0);
    }

    private List<List<@Nullable Object>> rows(String sql) {
        return ((Rows) run(sql).get(0)).rows();
    }

    @Test
    void answersWithWhatSqliteAnswers() {
        assertThat(run("CREATE TABLE t(a INTEGER PRIMARY KEY, b VARCHAR(20))", "INSERT INTO t(b) VALUES('x'),('y')"))
                .containsExactly(new Changed(0, 0), new Changed(2, 2));
        assertThat(run("INSERT INTO t(b) VALUES('z') RETURNING a, b, a + 1 AS c"))
                .containsExactly(new Rows(
                        List.of(new Column("a", "INTEGER"), new Column("b", "VARCHAR(20)"), new Column("c", null)),
                        List.of(List.of(3L, "z", 4L)),
                        1,
                        3));
        assertThat(run("INSERT INTO nosuch VALUES(1)", "INSERT INTO t VALUES(1, 'dup')", "SELEC 1"))
                .containsExactly(
                        new Failed(1, "no such table: nosuch"),
                        new Failed(1555, "UNIQUE constraint failed: t.a"),
                        new Failed(1, "near \"SELEC\": syntax error"));
    }

    @Test
    void keepsChangesOverStatementsThatDoNotSetThem() {
        run("CREATE TABLE t(a)", "INSERT INTO t VALUES(1)");
        assertThat(run("DROP TABLE t")).containsExactly(new Changed(1, 1)); // rqlite-js's own test has it so
    }

    @Test
    void startsASessionsEntryFromItsOwnRowid() {
        run("CREATE TABLE t(a)", "INSERT INTO t VALUES(1)");
        Log log = new Log(machine.applied().index());
        Command mine = new Command(List.of(Statement.of("SELECT last_insert_rowid(), changes()")), false, 77L);
        assertThat(Log.apply(machine, log.entry(mine)).get(0).get(0))
                .isInstanceOfSatisfying(
                        Rows.class, rows -> assertThat(rows.rows()).containsExactly(List.of(77L, 0L)));
        reopen();
        Command next = new Command(List.of(Statement.of("SELECT last_insert_rowid(), changes()")), false, null);
        assertThat(Log.apply(machine, log.entry(next)).get(0).get(0))
                .isInstanceOfSatisfying(
                        Rows.class, rows -> assertThat(rows.rows()).containsExactly(List.of(77L, 0L)));
    }

    @Test
    void startsASessionsEntryFromItsOwnChangesUntilAStatementSetsThem() {
        run("CREATE TABLE t(a)", "INSERT INTO t VALUES(1), (2), (3)");
        List<Statement> statements = Stream.of(
                        "CREATE TABLE u(a)",
                        "INSERT INTO u VALUES(changes()), (changes())",
                        "INSERT INTO u VALUES(changes())",
                        "DELETE FROM u WHERE a > 9",
                        "INSERT INTO u VALUES(changes())",
                        "SELECT group_concat(a) FROM u")
                .map(Statement::of)
                .toList();
        Log log = new Log(machine.applied().index());
        Command mine = new Command(statements, false, 1L, null, null, 5);
        assertThat(Log.apply(machine, log.entry(mine)).get(0).get(5))
                .isInstanceOfSatisfying(
                        Rows.class, rows -> assertThat(rows.rows()).containsExactly(List.of("5,5,2,0")));
        run("UPDATE t SET a = 0");
        assertThat(run("INSERT INTO t VALUES(changes()) RETURNING a").get(0))
                .isInstanceOfSatisfying(
                        Rows.class, rows -> assertThat(rows.rows()).containsExactly(List.of(0L)));
    }

    @Test
    void aFunctionWhoseResultWasTooLongWorksTheNextTime() {
        run("CREATE TABLE t(a)", "INSERT INTO t VALUES(replace(hex(zeroblob(3000000)), '0', 'a'))");
        for (int i = 0; i < 2; i++) {
            assertThat(run("UPDATE t SET a = replace(a, 'a', 'bbb')").get(0))
                    .isEqualTo(new Failed(1, "string or blob too big"));
            assertThat(run("INSERT INTO t VALUES(replace('abc', 'b', 'x'))").get(0))
                    .isInstanceOf(Changed.class);
        }
    }

    @Test
    void workWithinOneInstructionCountsAsInstructions() {
        run("CREATE TABLE t(a)", "INSERT INTO t VALUES(replace(hex(zeroblob(1000000)), '0', 'a'))");
        String each = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO t"
                + " SELECT instr(a || i, substr(a, 1, 300) || 'b') FROM n, (SELECT a FROM t LIMIT 1)";
        assertThat(run(String.format(each, 2)).get(0)).isInstanceOf(Changed.class);
        assertThat(run(String.format(each, 1000)).get(0))
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.message()).startsWith("the write takes more than 50000000 steps"));
    }

    @Test
    void valuesAreShorterInAWriteThatPatchesJson() {
        run("CREATE TABLE t(a)", "INSERT INTO t VALUES('{}'), (json_object('k', hex(zeroblob(40000))))");
        assertThat(run("UPDATE t SET a = json_set(a, '$.p', json_patch('{\"a\": 1}', '{\"b\": 2}')) WHERE rowid = 1"
                                + " RETURNING a")
                        .get(0))
                .isInstanceOfSatisfying(
                        Rows.class,
                        rows -> assertThat(rows.rows()).containsExactly(List.of("{\"p\":{\"a\":1,\"b\":2}}")));
        assertThat(run("UPDATE t SET a = jsonb_patch(a, '{\"b\": 2}')").get(0))
                .isEqualTo(new Failed(
                        18,
                        "string or blob too big: a write that calls json_patch() may have no value longer than 65536"
                                + " bytes; patch it before you send it"));
        assertThat(run("UPDATE t SET a = json_set(a, '$.b', 2)").get(0)).isInstanceOf(Changed.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "padl('x', 2147483647)",
                "padr('x', 4294967297)",
                "padc('x', 9223372036854775807)",
                "replicate('x', 2147483647)",
                "replicate('abcd', 1073741825)"
            })
    void functionsOfTheDriverCantTakeAllMemory(String call) {
        run("CREATE TABLE t(a)");
        assertThat(run("INSERT INTO t VALUES(" + call + ")").get(0)).isEqualTo(new Failed(1, "string or blob too big"));
        assertThat(run("INSERT INTO t VALUES(1)").get(0)).isInstanceOf(Changed.class);
    }

    @Test
    void functionsOfTheDriverAnswerAsItsOwn() throws Exception {
        String calls = "SELECT padl('żół', 5), padr(12, 4), padc('ab', 5), padl('long', 2), replicate('ż😀', 2),"
                + " replicate('x', 0), leftstr('ż😀b', 2), leftstr('ab', 9), rightstr('ż😀b', 2), rightstr('ab', 9),"
                + " padl(NULL, 3), replicate(NULL, 1), rightstr('ab', 0)";
        List<Object> theirs = new ArrayList<>();
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite::memory:");
                ResultSet row = plain.createStatement().executeQuery(calls)) {
            for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                theirs.add(row.getObject(i));
            }
        }
        assertThat(((Rows) run(calls).get(0)).rows()).containsExactly(theirs);
        assertThat(run("SELECT charindex('a', hex(zeroblob(100000)))").get(0)).isInstanceOf(Rows.class);
        assertThat(run("SELECT charindex(hex(zeroblob(100000)), hex(zeroblob(100000)))")
                        .get(0))
                .isInstanceOfSatisfying(
                        Failed.class,
                        failed -> assertThat(failed.message()).startsWith("charindex() of values so long"));
        assertThat(run("SELECT padl('x', -1)").get(0)).isEqualTo(new Failed(1, "domain error"));
        assertThat(((Rows) run("SELECT rightstr('abc', -1)").get(0)).rows()).containsExactly(List.of(""));
    }

    @Test
    void keepsEveryValueExactly() {
        run("CREATE TABLE t(a)");
        List<@Nullable Object> values = Arrays.asList(
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                3.0,
                -0.0,
                Double.MAX_VALUE,
                "a\0b",
                "",
                "żółć 😀",
                new byte[0],
                new byte[] {0, -1},
                null);
        for (Object value : values) {
            run("INSERT INTO t VALUES(?)", Arrays.asList(value));
        }
        List<@Nullable Object> read = rows("SELECT a FROM t ORDER BY rowid").stream()
                .map(row -> row.get(0))
                .toList();
        assertThat(read).usingRecursiveComparison().isEqualTo(values);
        assertThat(rows("SELECT hex(a), length(CAST(a AS BLOB)) FROM t WHERE rowid = 6"))
                .containsExactly(List.of("610062", 3L));
    }

    @Test
    void bindsPositionalAndNamedParametersAsSqliteNumbersThem() {
        Statement mixed = new Statement("SELECT ?, :n, ?, @n, $n, ?2", List.of(1L, 2L), Map.of("n", "x", "unused", 1L));
        Statement numbered = new Statement("SELECT ?2, ?1", List.of(1L, 2L), Map.of());
        Statement positionalNames = new Statement("SELECT :a, :b, :a", List.of(1L, 2L), Map.of());
        Command command = new Command(List.of(mixed, numbered, positionalNames), false, null);
        List<StatementResult> results =
                Log.apply(machine, new Log(0).entry(command)).get(0);
        assertThat(results.stream().map(result -> ((Rows) result).rows().get(0)))
                .containsExactly(List.of(1L, "x", 2L, "x", "x", "x"), List.of(2L, 1L), List.of(1L, 2L, 1L));
    }

    @Test
    void saysWhichValueIsMissing() {
        assertThat(run("SELECT ?, ?", List.of(1L)))
                .isEqualTo(new Failed(25, "the statement has 2 parameters but 1 value was given"));
        assertThat(run("SELECT 1", List.of(1L)))
                .isEqualTo(new Failed(25, "the statement has 0 parameters but 1 value was given"));
        assertThat(run("SELECT :age", List.of())).isEqualTo(new Failed(1, "there is no value for parameter \"age\""));
    }

    @Test
    void undoesAnAtomicCommandAtItsFirstFailure() {
        run("CREATE TABLE t(a PRIMARY KEY)");
        Log log = new Log(machine.applied().index());
        assertThat(Log.apply(
                                machine,
                                log.atomic(
                                        "INSERT INTO t VALUES(1)",
                                        "INSERT INTO t VALUES(1)",
                                        "INSERT INTO t VALUES(2)"))
                        .get(0))
                .containsExactly(new Changed(1, 1), new Failed(1555, "UNIQUE constraint failed: t.a"));
        assertThat(rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
    }

    @Test
    void keepsWhatOrFailKeepsAndNothingElseOfAFailedStatement() {
        run("CREATE TABLE t(a PRIMARY KEY)");
        assertThat(run("INSERT OR FAIL INTO t VALUES(1),(1)").get(0)).isInstanceOf(Failed.class);
        assertThat(run("INSERT INTO t VALUES(2),(1)").get(0)).isInstanceOf(Failed.class);
        assertThat(run("INSERT OR FAIL INTO t(rowid, a) VALUES(9223372036854775807, 3),(4, 1)")
                        .get(0))
                .isInstanceOf(Failed.class);
        assertThat(rows("SELECT a FROM t")).containsExactly(List.of(1L));
    }

    @Test
    void letsTheOtherStatementsOfACommandStandWhenOneRollsBack() {
        run("CREATE TABLE t(a PRIMARY KEY)");
        assertThat(run("INSERT INTO t VALUES(1)", "INSERT OR ROLLBACK INTO t VALUES(1)", "INSERT INTO t VALUES(2)"))
                .containsExactly(
                        new Changed(1, 1), new Failed(1555, "UNIQUE constraint failed: t.a"), new Changed(1, 2));
        assertThat(rows("SELECT a FROM t")).containsExactly(List.of(1L), List.of(2L));
    }

    @Test
    void reportsADeferredKeyAtTheEndOfItsOwnEntry() {
        run("CREATE TABLE p(a PRIMARY KEY)", "CREATE TABLE c(a REFERENCES p(a) DEFERRABLE INITIALLY DEFERRED)");
        Log log = new Log(machine.applied().index());
        List<List<StatementResult>> results = Log.apply(
                machine,
                log.entry("INSERT INTO p VALUES(1)"),
                log.entry("INSERT INTO c VALUES(2)"),
                log.atomic("INSERT INTO c VALUES(3)", "INSERT INTO p VALUES(3)"));
        assertThat(results.get(1)).containsExactly(new Failed(787, "FOREIGN KEY constraint failed"));
        assertThat(results.get(2)).hasSize(2).allMatch(Changed.class::isInstance);
        assertThat(rows("SELECT a FROM c")).containsExactly(List.of(3L));
        assertThat(machine.applied().index()).isEqualTo(log.empty(null).index());
    }

    @Test
    void enforcesForeignKeys() {
        run("CREATE TABLE p(a PRIMARY KEY)", "CREATE TABLE c(a REFERENCES p)");
        assertThat(run("INSERT INTO c VALUES(1)")).containsExactly(new Failed(787, "FOREIGN KEY constraint failed"));
    }

    @Test
    void endsAnEndlessQueryByItsBudgetAndGoesOn() {
        machine.close();
        file = directory.resolve("small.sqlite");
        machine = SqliteStateMachine.open(file, new ClusterLimits(1_000_000, 1000, 10_000, 100_000));
        String endless = "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) ";
        run("CREATE TABLE t(a)");
        assertThat(run("INSERT INTO t VALUES(1)", endless + "SELECT max(n) FROM x", "INSERT INTO t VALUES(2)"))
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo(new Changed(1, 1)),
                        second -> assertThat(((Failed) second).message()).contains("limit for one entry"),
                        third -> assertThat(third).isInstanceOf(Failed.class));
        assertThat(run("INSERT INTO t VALUES(3)", endless + "INSERT INTO t SELECT n FROM x"))
                .last()
                .isInstanceOf(Failed.class);
        assertThat(rows("SELECT a FROM t")).containsExactly(List.of(1L), List.of(3L));
        assertThat(run("WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x LIMIT 200) SELECT n FROM x"))
                .satisfiesExactly(result -> assertThat(((Failed) result).code()).isEqualTo(18));
        assertThat(run("INSERT INTO t SELECT zeroblob(200000)").get(0))
                .isEqualTo(new Failed(18, "string or blob too big"));
        machine.close();
        machine = SqliteStateMachine.open(file, ClusterLimits.DEFAULT);
        assertThat(machine.limits().opcodeBudget())
                .as("the cluster's, not the seed")
                .isEqualTo(1_000_000);
    }

    @Test
    void takesAnExhaustedSequenceForAResult() {
        run("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO t VALUES(9223372036854775807)");
        assertThat(run("INSERT INTO t VALUES(NULL)"))
                .containsExactly(new Failed(1, "an AUTOINCREMENT key has no number left"));
        run("CREATE TABLE u(id INTEGER PRIMARY KEY AUTOINCREMENT)", "DELETE FROM t", "DELETE FROM sqlite_sequence");
        assertThat(run("INSERT INTO u VALUES(9223372036854775807),(NULL)").get(0))
                .isInstanceOf(Failed.class);
        assertThat(rows("SELECT count(*) FROM u")).containsExactly(List.of(0L));
    }

    @Test
    void takesMisuseOfFullTextSearchForAResult() {
        assertThat(run("CREATE VIRTUAL TABLE f USING fts5(a)", "INSERT INTO f(f, rank) VALUES('rank', 'nosuch(')"))
                .last()
                .isInstanceOf(Failed.class);
        assertThat(run("INSERT INTO f(rowid, a) VALUES('x', 'y')"))
                .containsExactly(new Failed(20, "datatype mismatch"));
        assertThat(run("CREATE TABLE s(a INT) STRICT", "INSERT INTO s VALUES('x')"))
                .last()
                .isEqualTo(new Failed(3091, "cannot store TEXT value in INT column s.a"));
    }

    @Test
    void survivesWhatUsersDoToShadowTables() {
        run("CREATE VIRTUAL TABLE f USING fts5(a)", "INSERT INTO f VALUES('x'),('y')", "DELETE FROM f_data");
        run(
                "SELECT * FROM f WHERE f MATCH 'x'",
                "INSERT INTO f VALUES('z')",
                "UPDATE f_content SET id = 99 WHERE id = 1");
        run("DELETE FROM f", "INSERT INTO f(f) VALUES('integrity-check')", "INSERT INTO f(f) VALUES('rebuild')");
        run("CREATE VIRTUAL TABLE r USING rtree(id, a, b)", "INSERT INTO r VALUES(1, 0, 1),(2, 0, 1)");
        run("INSERT INTO r SELECT id + 10, a, b FROM r", "UPDATE r SET a = 0 WHERE id IN (SELECT id FROM r)");
        run("DELETE FROM r_node", "SELECT * FROM r", "INSERT INTO r VALUES(9, 0, 1)", "DROP TABLE r", "DROP TABLE f");
        run("CREATE VIRTUAL TABLE f3 USING fts3(a)", "INSERT INTO f3 VALUES('x')", "DELETE FROM f3_content");
        run("SELECT * FROM f3 WHERE f3 MATCH 'x'", "SELECT optimize(f3) FROM f3", "DELETE FROM f3", "DROP TABLE f3");
        assertThat(run("SELECT 1").get(0)).isInstanceOf(Rows.class);
    }

    @Test
    void stopsAtTheEntryForWhichTheDatabaseIsFullAndRecordsNothingOfIt() {
        run("CREATE TABLE t(a)");
        long applied = machine.applied().index();
        long pages = ((Long) rows("PRAGMA max_page_count=20").get(0).get(0));
        assertThat(pages).isEqualTo(20);
        Log log = new Log(applied + 1);
        CommittedEntry fits = log.entry("INSERT INTO t VALUES('fits')");
        CommittedEntry tooBig = log.entry("INSERT INTO t VALUES(zeroblob(1000000))");
        assertThatThrownBy(() -> Log.apply(machine, fits, tooBig))
                .isInstanceOf(NodeFault.class)
                .hasMessageContaining("full")
                .hasMessageContaining("index " + (applied + 3));
        reopen();
        assertThat(machine.applied().index()).isEqualTo(applied + 2);
        Log.apply(machine, fits, tooBig);
        assertThat(rows("SELECT count(*) FROM t")).containsExactly(List.of(2L));
    }

    @Test
    void stopsWhenTheFileIsDamaged() throws Exception {
        run("CREATE TABLE t(a)", "INSERT INTO t SELECT zeroblob(20000)");
        machine.close();
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length - 4 * 4096, bytes.length, (byte) 0x55);
        Files.write(file, bytes);
        machine = SqliteStateMachine.open(file, ClusterLimits.DEFAULT);
        assertThatThrownBy(() -> run("UPDATE t SET a = 1")).isInstanceOf(NodeFault.class);
    }

    @Test
    void appliesAnEntryOnceHoweverOftenItComes() {
        Log log = new Log(0);
        CommittedEntry create = log.entry("CREATE TABLE t(a)");
        CommittedEntry insert = log.entry("INSERT INTO t VALUES(1)");
        Log.apply(machine, create, insert);
        CommittedEntry third = log.entry("SELECT count(*) FROM t");
        List<List<StatementResult>> again = Log.apply(machine, create, insert, third);
        assertThat(again.subList(0, 2)).containsOnlyNulls();
        assertThat(((Rows) again.get(2).get(0)).rows()).containsExactly(List.of(1L));
    }

    @Test
    void hasTheIndexAndTheDataOfTheSameMomentInEveryCopyOfTheFile() throws Exception {
        Log log = new Log(0);
        Log.apply(machine, log.entry("CREATE TABLE t(a)"));
        for (int i = 0; i < 20; i++) {
            Log.apply(machine, log.entry("INSERT INTO t VALUES(1)"), log.entry("INSERT INTO t VALUES(2)"));
            Path copy = Files.createDirectory(directory.resolve("copy" + i)); // as a crash would leave the files
            for (String suffix : List.of("", "-wal")) {
                Files.copy(Path.of(file + suffix), copy.resolve("db" + suffix));
            }
            try (SqliteStateMachine crashed = SqliteStateMachine.open(copy.resolve("db"), ClusterLimits.DEFAULT)) {
                long applied = crashed.applied().index();
                assertThat(((Rows) Log.run(crashed, "SELECT count(*) FROM t").get(0)).rows())
                        .containsExactly(List.of(applied - 1));
            }
        }
    }

    @Test
    void remembersMembershipAndTermOfEntriesWithoutCommands() {
        machine.bootstrap(new StateMachine.Applied(1, 1, THREE));
        assertThat(machine.applied().confState()).isEqualTo(THREE);
        ConfState joint = new ConfState(List.of(1L, 2L), List.of(4L), List.of(1L, 3L), List.of(3L), true);
        Log log = new Log(1);
        assertThat(Log.apply(machine, log.empty(null), log.empty(joint))).containsExactly(null, null);
        reopen();
        assertThat(machine.applied().index()).isEqualTo(3);
        assertThat(machine.applied().term()).isEqualTo(2);
        assertThat(machine.applied().confState()).isEqualTo(joint);
    }

    @Test
    void refusesEntriesItCannotRead() {
        EntryHeader newer = new EntryHeader(2, 0, 0, new UUID(0, 0), 1);
        assertThatThrownBy(() -> Log.apply(
                        machine, new CommittedEntry(1, 1, newer, ByteBuffer.wrap(new byte[] {1, 0, 0}), null)))
                .isInstanceOf(UnappliableEntryException.class)
                .hasMessageContaining("entry format version 2")
                .hasMessageContaining("newer release");
        EntryHeader known = new EntryHeader(1, 0, 0, new UUID(0, 0), 1);
        assertThatThrownBy(() -> Log.apply(
                        machine, new CommittedEntry(1, 1, known, ByteBuffer.wrap(new byte[] {9, 0, 0}), null)))
                .isInstanceOf(UnappliableEntryException.class)
                .hasMessageContaining("command format version 9");
        assertThatThrownBy(() -> Log.apply(machine, new Log(5).entry("SELECT 1")))
                .isInstanceOf(NodeFault.class);
        assertThat(machine.applied().index()).isZero();
    }

    @Test
    void hasNoWayToBackupOrRestore() {
        Path stolen = directory.resolve("stolen");
        assertThat(run("backup to '" + stolen + "'", "restore from '" + file + "'"))
                .allMatch(Failed.class::isInstance);
        assertThat(stolen).doesNotExist();
    }

    @Test
    void leavesOneCompleteFileBehind() throws Exception {
        run("CREATE TABLE t(a)", "INSERT INTO t VALUES('kept')");
        machine.close();
        assertThat(Path.of(file + "-wal")).doesNotExist();
        assertThat(Path.of(file + "-shm")).doesNotExist();
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            assertThat(plain.createStatement().executeQuery("SELECT a FROM t").getString(1))
                    .isEqualTo("kept");
        }
        open();
    }

    @Test
    void refusesAFileThatIsNotItsOwn() throws SQLException {
        Path foreign = directory.resolve("foreign.sqlite");
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + foreign)) {
            plain.createStatement().execute("CREATE TABLE precious(a)");
        }
        assertThatThrownBy(() -> SqliteStateMachine.open(foreign, ClusterLimits.DEFAULT))
                .isInstanceOf(NodeFault.class)
                .hasMessageContaining("did not make");
    }

    @Test
    void refusesASqliteThatCanLoseData() {
        SqliteConnections.checkVersion("3.51.3");
        SqliteConnections.checkVersion("3.54.1");
        SqliteConnections.checkVersion("4.0");
        assertThatThrownBy(() -> SqliteConnections.checkVersion("3.51.2")).hasMessageContaining("3.51.3");
        assertThatThrownBy(() -> SqliteConnections.checkVersion("3.9.9")).hasMessageContaining("3.51.3");
    }

    @Test
    void foldsOutcomesIntoAHashThatTellsStatesApart() {
        run("CREATE TABLE t(a)");
        long before = machine.outcomeHash();
        Log log = new Log(machine.applied().index());
        Log.apply(machine, log.empty(null));
        assertThat(machine.outcomeHash()).isEqualTo(before);
        Log.apply(machine, log.entry("INSERT INTO t VALUES(1)"));
        long after = machine.outcomeHash();
        assertThat(after).isNotEqualTo(before);
        reopen();
        assertThat(machine.outcomeHash()).isEqualTo(after);
    }

    @Test
    void aDamagedPageStopsTheNodeAndTellsHowToGoOn() throws Exception {
        run("CREATE TABLE t(a)", "INSERT INTO t VALUES('x')");
        long rootPage = (Long) rows("SELECT rootpage FROM sqlite_schema WHERE name = 't'")
                .get(0)
                .get(0);
        machine.close();
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, (int) (rootPage - 1) * 4096, (int) rootPage * 4096, (byte) 0x55);
        Files.write(file, bytes);
        open();
        assertThatThrownBy(() -> run("INSERT INTO t VALUES('y')"))
                .isInstanceOf(NodeFault.class)
                .hasMessageContainingAll("malformed", "damaged", "empty this node's data directory and start it again")
                .hasMessageNotContaining("skip");
    }
}
