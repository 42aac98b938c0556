package io.lightraft.sql;

import static io.lightraft.sql.Log.apply;
import static io.lightraft.sql.Log.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.CommittedEntry;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an interactive transaction recorded, applied on a node. */
class ReplayTests {

    private static final Recording.Moment MOMENT = new Recording.Moment(1_700_000_000_000L, 7);

    @TempDir
    Path directory;

    private SqliteStateMachine open() {
        return SqliteStateMachine.open(directory.resolve("a.sqlite"), ClusterLimits.DEFAULT);
    }

    private static CommittedEntry recorded(SqliteStateMachine machine, long base, long digest, String... sql) {
        List<Statement> statements = Arrays.stream(sql).map(Statement::of).toList();
        Recording recording =
                new Recording(base, digest, statements.stream().map(s -> MOMENT).toList());
        return new Log(machine.applied().index()).entry(new Command(statements, false, null, null, recording, 0));
    }

    private static long digest(StatementResult... results) {
        long digest = 0;
        for (int i = 0; i < results.length; i++) {
            digest = OutcomeHash.fold(digest, i, List.of(results[i]));
        }
        return digest;
    }

    private static StatementResult changed(long rows, long rowid) {
        return new StatementResult.Changed(rows, rowid);
    }

    @Test
    void isKeptWhenBaseAndDigestAgree() {
        try (SqliteStateMachine machine = open()) {
            run(machine, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
            long digest = digest(changed(1, 1), changed(1, 1), new StatementResult.Failed(1, ""), changed(1, 5));
            List<StatementResult> results = apply(
                            machine,
                            recorded(
                                    machine,
                                    1,
                                    digest,
                                    "INSERT INTO t VALUES(1, 'x')",
                                    "SAVEPOINT s",
                                    "INSERT INTO nowhere VALUES(1)",
                                    "INSERT INTO t VALUES(5, 'y')"))
                    .get(0);
            assertThat(results).containsExactly(changed(1, 5));
            assertThat(run(machine, "SELECT count(*) FROM t").get(0).toString()).contains("[[2]]");
        }
    }

    @Test
    void isAConflictWhenAnotherEntryCameBetween() {
        try (SqliteStateMachine machine = open()) {
            run(machine, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
            run(machine, "INSERT INTO t VALUES(9, 'other')");
            List<StatementResult> results = apply(
                            machine, recorded(machine, 1, digest(changed(1, 1)), "INSERT INTO t VALUES(1, 'x')"))
                    .get(0);
            assertThat(results).containsExactly(Replay.CONFLICT);
            assertThat(run(machine, "SELECT count(*) FROM t").get(0).toString()).contains("[[1]]");
        }
    }

    @Test
    void isAConflictWhenAnOutcomeDiffers() {
        try (SqliteStateMachine machine = open()) {
            run(machine, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
            List<StatementResult> results = apply(
                            machine, recorded(machine, 1, digest(changed(2, 1)), "INSERT INTO t VALUES(1, 'x')"))
                    .get(0);
            assertThat(results).containsExactly(Replay.CONFLICT);
            assertThat(run(machine, "SELECT count(*) FROM t").get(0).toString()).contains("[[0]]");
        }
    }

    @Test
    void entriesWithoutStatementsDoNotMoveTheBase() {
        try (SqliteStateMachine machine = open()) {
            run(machine, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
            Log log = new Log(1);
            apply(machine, log.empty(null), log.entry(Command.EMPTY));
            List<StatementResult> results = apply(
                            machine, recorded(machine, 1, digest(changed(1, 1)), "INSERT INTO t VALUES(1, 'x')"))
                    .get(0);
            assertThat(results).containsExactly(changed(1, 1));
        }
    }

    @Test
    void aDeferredViolationAtCommitUndoesAllOfIt() {
        try (SqliteStateMachine machine = open()) {
            run(
                    machine,
                    "CREATE TABLE p(id INTEGER PRIMARY KEY)",
                    "CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
            List<StatementResult> results = apply(
                            machine, recorded(machine, 1, digest(changed(1, 1)), "INSERT INTO c VALUES(1)"))
                    .get(0);
            assertThat(results.get(0))
                    .isInstanceOfSatisfying(
                            StatementResult.Failed.class,
                            failed -> assertThat(failed.message()).isEqualTo("FOREIGN KEY constraint failed"));
            assertThat(run(machine, "SELECT count(*) FROM c").get(0).toString()).contains("[[0]]");
        }
    }
}
