package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.Member;
import io.lightraft.raft.ConfState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/** No result may depend on where batches begin and end, nor on restarts between them. */
class BatchIndependenceTests {

    private static final List<String> SETUP = List.of(
            "CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE)",
            "CREATE TABLE p(a PRIMARY KEY)",
            "CREATE TABLE c(a REFERENCES p(a))",
            "CREATE TABLE ai(id INTEGER PRIMARY KEY AUTOINCREMENT, v)",
            "CREATE TRIGGER no BEFORE INSERT ON t WHEN new.b = 13 BEGIN SELECT RAISE(ROLLBACK, 'no 13'); END",
            "CREATE TRIGGER log AFTER INSERT ON t BEGIN INSERT INTO ai(v) VALUES(last_insert_rowid()); END");

    @TempDir
    Path directory;

    @RepeatedTest(12)
    void givesTheSameResultsAndTheSameDataInAnyBatches(RepetitionInfo info) {
        long seed = info.getCurrentRepetition();
        List<CommittedEntry> entries = entries(new Random(seed));
        Random cuts = new Random(-seed);
        String single = play("single", entries, () -> 1, () -> false);
        assertThat(play("whole", entries, entries::size, () -> false))
                .as("seed %d", seed)
                .isEqualTo(single);
        for (int i = 0; i < 3; i++) {
            assertThat(play("random" + i, entries, () -> 1 + cuts.nextInt(12), () -> cuts.nextInt(8) == 0))
                    .as("seed %d", seed)
                    .isEqualTo(single);
        }
    }

    private String play(String name, List<CommittedEntry> entries, IntSupplier batchSize, BooleanSupplier restarts) {
        Path file = directory.resolve(name);
        ClusterLimits limits = new ClusterLimits(300_000, 2_000, 100_000, 100_000);
        SqliteStateMachine machine = SqliteStateMachine.open(file, limits);
        StringBuilder seen = new StringBuilder();
        for (int from = 0; from < entries.size(); ) {
            int to = Math.min(entries.size(), from + batchSize.getAsInt());
            int index = from;
            for (List<StatementResult> results : machine.apply(entries.subList(from, to))) {
                seen.append(entries.get(index++).index())
                        .append(' ')
                        .append(results)
                        .append('\n');
            }
            from = to;
            if (restarts.getAsBoolean()) {
                machine.close();
                machine = SqliteStateMachine.open(file, limits);
            }
        }
        seen.append(machine.outcomeHash()).append('\n');
        machine.close();
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            for (String table : List.of("sqlite_schema", "t", "p", "c", "ai", "sqlite_sequence", "_lightraft_state")) {
                String columns = table.equals("sqlite_schema") ? "type, name, sql" : "*";
                ResultSet rows = plain.createStatement()
                        .executeQuery("SELECT json_group_array(json_array(" + columns(plain, table, columns)
                                + ")) FROM " + table);
                seen.append(table).append(' ').append(rows.getString(1)).append('\n');
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return seen.toString();
    }

    private static String columns(Connection plain, String table, String columns) throws SQLException {
        return columns.equals("*")
                ? plain.createStatement()
                        .executeQuery("SELECT group_concat(name) FROM pragma_table_info('" + table + "')")
                        .getString(1)
                : columns;
    }

    private static List<CommittedEntry> entries(Random random) {
        Log log = new Log(0);
        List<CommittedEntry> entries = new ArrayList<>();
        SETUP.forEach(sql -> entries.add(log.entry(sql)));
        for (int i = 0; i < 60; i++) {
            if (random.nextInt(15) == 0) {
                entries.add(random.nextBoolean() ? memberChange(log, i) : log.empty(null));
                continue;
            }
            List<Statement> statements = new ArrayList<>();
            for (int j = random.nextInt(4); j >= 0; j--) {
                statements.add(Statement.of(statement(random)));
            }
            Long rowid = random.nextInt(3) == 0 ? Long.valueOf(random.nextInt(1000)) : null;
            entries.add(log.entry(new Command(statements, random.nextBoolean(), rowid)));
        }
        return entries;
    }

    private static CommittedEntry memberChange(Log log, int id) {
        ConfState conf = ConfState.ofVoters(List.of((long) id));
        CommittedEntry place = log.empty(conf);
        List<Member> members = List.of(new Member(id, "a:" + id, "b:" + id, "c:" + id));
        return new CommittedEntry(place.index(), place.term(), null, place.command(), conf, members);
    }

    private static String statement(Random random) {
        int n = random.nextInt(20);
        return switch (random.nextInt(24)) {
            case 0 -> "INSERT INTO t(b) VALUES(" + n + ")";
            case 1 -> "INSERT INTO t(b) VALUES(" + n + "),(" + random.nextInt(20) + ") RETURNING a, b";
            case 2 -> "INSERT OR ROLLBACK INTO t(b) VALUES(" + n + ")";
            case 3 -> "INSERT OR REPLACE INTO t(b) VALUES(" + n + ")";
            case 4 -> "INSERT OR FAIL INTO t(b) VALUES(100" + n + "),(" + n + ")";
            case 5 -> "UPDATE t SET b = b + 100 WHERE b = " + n;
            case 6 -> "DELETE FROM t WHERE a % 7 = " + n % 7;
            case 7 -> "INSERT INTO p VALUES(" + n + ")";
            case 8 -> "INSERT INTO c VALUES(" + n + ")";
            case 9 -> "INSERT INTO d VALUES(" + n + ")";
            case 10 -> "CREATE TABLE d(a REFERENCES p(a) DEFERRABLE INITIALLY DEFERRED)";
            case 11 -> "DROP TABLE d";
            case 12 -> "PRAGMA defer_foreign_keys = ON";
            case 13 -> "DELETE FROM p WHERE a = " + n;
            case 14 -> "SELECT last_insert_rowid(), changes()";
            case 15 -> "SELECT nonsense";
            case 16 -> "CREATE TABLE x" + n + "(a)";
            case 17 -> "DROP TABLE IF EXISTS x" + n;
            case 18 -> "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) INSERT INTO p SELECT n FROM r";
            case 19 -> "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r";
            case 20 -> "INSERT INTO ai VALUES(" + (n == 0 ? Long.MAX_VALUE : n) + ", 'x')";
            case 21 -> "INSERT INTO ai(v) VALUES(last_insert_rowid()), (changes())";
            case 22 -> n == 0 ? "ANALYZE" : "PRAGMA user_version = " + n;
            default -> "SELECT a, b, hex(zeroblob(" + n * 4 + ")) FROM t";
        };
    }
}
