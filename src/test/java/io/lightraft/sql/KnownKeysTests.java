package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.EntryHeader;
import io.lightraft.node.ReplicaException;
import io.lightraft.sql.StatementResult.Changed;
import io.lightraft.sql.StatementResult.Failed;
import io.lightraft.sql.StatementResult.Rows;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a write with an idempotency key does the second time. */
class KnownKeysTests {

    private static final long NOON = 1_700_000_000_000L;
    private static final long LIFETIME = KeyLimits.DEFAULT.lifetimeMillis();

    @TempDir
    Path directory;

    private Path file;
    private SqliteStateMachine machine;
    private long clock = NOON;

    @BeforeEach
    void open() {
        file = directory.resolve("data/lightraft-0.sqlite");
        machine = SqliteStateMachine.open(file, ClusterLimits.DEFAULT);
        if (machine.applied().index() == 0) {
            apply(write(null, false, "CREATE TABLE t(id INTEGER PRIMARY KEY, v UNIQUE)"));
        }
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private static Command write(String key, boolean atomic, String... sql) {
        List<Statement> statements = Arrays.stream(sql).map(Statement::of).toList();
        return new Command(
                statements, atomic, null, key == null ? null : IdempotencyKey.of(key, statements, atomic), null, 0);
    }

    private CommittedEntry entry(long index, Command command) {
        EntryHeader header = new EntryHeader(1, clock, index, new UUID(1, 2), index);
        return new CommittedEntry(index, 1, header, ByteBuffer.wrap(CommandCodec.encode(command)), null);
    }

    private List<List<StatementResult>> apply(Command... commands) {
        long index = machine.applied().index();
        List<CommittedEntry> entries = new ArrayList<>();
        for (Command command : commands) {
            entries.add(entry(++index, command));
        }
        return machine.apply(entries);
    }

    private long rows(String table) {
        return (Long) ((Rows) apply(write(null, false, "SELECT count(*) FROM " + table))
                        .get(0)
                        .get(0))
                .rows()
                .get(0)
                .get(0);
    }

    @Test
    void theSecondTimeGivesTheFirstResultAndDoesNothing() {
        Command insert = write("k", false, "INSERT INTO t(v) VALUES(random()) RETURNING id, v, x'01ff', 1.5, NULL");
        List<StatementResult> first = apply(insert).get(0);
        apply(write(null, false, "DELETE FROM t"));
        assertThat(apply(insert).get(0)).usingRecursiveComparison().isEqualTo(first);
        assertThat(rows("t")).isZero();
    }

    @Test
    void alsoWithinOneBatchAndAfterARestart() {
        Command insert = write("k", false, "INSERT INTO t(v) VALUES('x')");
        assertThat(apply(insert, insert, insert))
                .allSatisfy(result -> assertThat(result).containsExactly(new Changed(1, 1)));
        machine.close();
        open();
        assertThat(apply(insert).get(0)).containsExactly(new Changed(1, 1));
        assertThat(rows("t")).isEqualTo(1);
    }

    @Test
    void aFailureIsRememberedAsWell() {
        apply(write(null, false, "INSERT INTO t(v) VALUES('x')"));
        Command insert = write("k", true, "INSERT INTO t(v) VALUES('y')", "INSERT INTO t(v) VALUES('x')");
        List<StatementResult> first = apply(insert).get(0);
        assertThat(first.get(1)).isInstanceOf(Failed.class);
        apply(write(null, false, "DELETE FROM t"));
        assertThat(apply(insert).get(0)).isEqualTo(first);
        assertThat(rows("t")).isZero();
    }

    @Test
    void soIsALossOfTheWholeTransactionAndARefusalAtCommit() {
        apply(write(null, false, "INSERT INTO t(v) VALUES('x')"));
        Command lost = write("k1", false, "INSERT OR ROLLBACK INTO t(v) VALUES('x')");
        List<StatementResult> first =
                apply(lost, write(null, false, "DELETE FROM t")).get(0);
        assertThat(apply(lost).get(0)).isEqualTo(first).hasOnlyElementsOfType(Failed.class);
        apply(write(null, false, "CREATE TABLE c(t REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)"));
        Command orphan = write("k2", false, "INSERT INTO c VALUES(77)");
        List<StatementResult> refused = apply(orphan).get(0);
        assertThat(refused).containsExactly(new Failed(787, "FOREIGN KEY constraint failed"));
        apply(write(null, false, "INSERT INTO t(id) VALUES(77)"));
        assertThat(apply(orphan).get(0)).isEqualTo(refused);
        assertThat(rows("c")).isZero();
    }

    @Test
    void theSameKeyWithOtherSqlOrParametersIsAnErrorAndDoesNothing() {
        apply(write("k", false, "INSERT INTO t(v) VALUES('x')"));
        List<Command> others = List.of(
                write("k", false, "INSERT INTO t(v) VALUES('y')"),
                write("k", true, "INSERT INTO t(v) VALUES('x')"),
                write("k", false, "INSERT INTO t(v) VALUES('x')", "INSERT INTO t(v) VALUES('z')"));
        for (Command other : others) {
            assertThat(apply(other).get(0))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Failed.class, failed -> assertThat(failed.code()).isEqualTo(KnownKeys.REUSED));
        }
        assertThat(rows("t")).isEqualTo(1);
        List<Statement> one = List.of(new Statement("INSERT INTO t(v) VALUES(?)", List.of(1L), Map.of()));
        List<Statement> text = List.of(new Statement("INSERT INTO t(v) VALUES(?)", List.of("1"), Map.of()));
        assertThat(IdempotencyKey.of("k", one, false)).isNotEqualTo(IdempotencyKey.of("k", text, false));
    }

    @Test
    void aKeyIsForgottenAfterItsLifetimeByTheLogsClock() {
        Command insert = write("k", false, "INSERT INTO t(v) VALUES(NULL)");
        apply(insert);
        clock += LIFETIME / 10 - 1;
        for (int step = 0; step < 9; step++) {
            apply(insert);
            clock += LIFETIME / 10;
        }
        assertThat(rows("t")).isEqualTo(1);
        clock += LIFETIME / 10;
        apply(insert);
        assertThat(rows("t")).isEqualTo(2);
    }

    @Test
    void oneWrongClockDoesNotEmptyTheMemory() {
        Command insert = write("k", false, "INSERT INTO t(v) VALUES(NULL)");
        apply(insert);
        clock = Long.MAX_VALUE;
        apply(insert);
        clock = NOON - 1_000_000;
        apply(insert);
        assertThat(rows("t")).isEqualTo(1);
    }

    @Test
    void theOldestAreForgottenBeyondTheirNumber() throws Exception {
        machine.close();
        try (Writer writer = new Writer(file, ClusterLimits.DEFAULT)) {
            writer.run("UPDATE _lightraft_key_limits SET max_keys = 3");
        }
        open();
        for (int i = 1; i <= 5; i++) {
            apply(write("k" + i, false, "INSERT INTO t(v) VALUES(" + i + ")"));
        }
        for (int i = 3; i <= 5; i++) {
            assertThat(apply(write("k" + i, false, "INSERT INTO t(v) VALUES(" + i + ")"))
                            .get(0))
                    .containsExactly(new Changed(1, i));
        }
        assertThat(apply(write("k2", false, "INSERT INTO t(v) VALUES(2)")).get(0))
                .hasOnlyElementsOfType(Failed.class);
        machine.close();
        try (Writer writer = new Writer(file, ClusterLimits.DEFAULT)) {
            assertThat(writer.number("SELECT count(*) FROM _lightraft_keys")).isEqualTo(3);
        }
        open();
    }

    @Test
    void ofALargeResultOnlyItsFateIsKept() {
        String large = "INSERT INTO t(v) VALUES(NULL) RETURNING hex(zeroblob(10000))";
        Command insert = write("k1", false, large);
        apply(insert);
        assertThat(((Failed) apply(insert).get(0).get(0)).message()).contains("too large", "it was done");
        Command undone = write("k2", true, large, "INSERT INTO nosuch VALUES(1)");
        apply(undone);
        assertThat(((Failed) apply(undone).get(0).get(0)).message()).contains("nothing was done", "no such table");
        Command half = write("k3", false, large, "INSERT INTO nosuch VALUES(1)");
        apply(half);
        assertThat(((Failed) apply(half).get(0).get(1)).message()).contains("1 of its 2 statements failed");
        assertThat(rows("t")).isEqualTo(2);
    }

    @Test
    void aKeyLeavesTheRowidOfTheNextEntryAlone() {
        apply(write("k1", false, "INSERT INTO t(id) VALUES(41)"));
        Command ask = write(null, false, "SELECT last_insert_rowid(), changes()");
        assertThat(((Rows) apply(ask).get(0).get(0)).rows()).containsExactly(List.of(41L, 0L));
        assertThat(apply(write("k1", false, "INSERT INTO t(id) VALUES(41)")).get(0))
                .containsExactly(new Changed(1, 41));
        assertThat(((Rows) apply(ask).get(0).get(0)).rows()).containsExactly(List.of(41L, 0L));
    }

    @Test
    void nodesThatBatchDifferentlyRememberTheSame() throws Exception {
        Path other = directory.resolve("other/lightraft-1.sqlite");
        List<CommittedEntry> entries = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clock += i % 7 == 0 ? LIFETIME : i % 5 == 0 ? -LIFETIME : 1;
            String sql =
                    i % 4 == 0 ? "INSERT OR ROLLBACK INTO t(v) VALUES(1)" : "INSERT INTO t(v) VALUES(" + i % 9 + ")";
            entries.add(entry(i + 2, write("k" + i % 6, i % 2 == 0, sql)));
        }
        try (SqliteStateMachine single = SqliteStateMachine.open(other, ClusterLimits.DEFAULT)) {
            clock = NOON;
            single.apply(List.of(entry(1, write(null, false, "CREATE TABLE t(id INTEGER PRIMARY KEY, v UNIQUE)"))));
            List<List<StatementResult>> oneByOne = new ArrayList<>();
            entries.forEach(entry -> oneByOne.addAll(single.apply(List.of(entry))));
            assertThat(machine.apply(entries)).isEqualTo(oneByOne);
            assertThat(machine.outcomeHash()).isEqualTo(single.outcomeHash());
        }
        String all = "SELECT group_concat(key || number || request_hash || clock_millis || quote(results)) FROM"
                + " (SELECT * FROM _lightraft_keys ORDER BY key)";
        machine.close();
        try (Writer mine = new Writer(file, ClusterLimits.DEFAULT);
                Writer theirs = new Writer(other, ClusterLimits.DEFAULT)) {
            assertThat(mine.jdbc().queryForObject(all, String.class))
                    .isEqualTo(theirs.jdbc().queryForObject(all, String.class));
        }
        open();
    }

    @Test
    void aDatabaseTakesTheKeyWithTheWrite() throws Exception {
        try (SingleNode node = new SingleNode(directory.resolve("single"), 2)) {
            List<Statement> create = List.of(Statement.of("CREATE TABLE t(a)"));
            List<Statement> insert = List.of(Statement.of("INSERT INTO t VALUES(1)"));
            WriteOptions keyed = new WriteOptions(false, Duration.ofSeconds(5), "k");
            node.database.execute(new Session(), create, false, Duration.ofSeconds(5), new RecordingSink());
            node.database.execute(new Session(), insert, keyed, new RecordingSink());
            node.database.execute(new Session(), insert, keyed, new RecordingSink());
            assertThatThrownBy(() -> node.database.execute(new Session(), create, keyed, new RecordingSink()))
                    .isInstanceOf(KeyReusedException.class)
                    .hasMessageContaining("\"k\"");
            for (String bad : List.of("", " ", "é".repeat(128))) {
                WriteOptions options = new WriteOptions(false, Duration.ofSeconds(5), bad);
                assertThatThrownBy(() -> node.database.execute(new Session(), insert, options, new RecordingSink()))
                        .isInstanceOf(ReplicaException.Rejected.class);
            }
        }
    }
}
