package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.CommittedEntry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeterministicFunctionsTests {

    @TempDir
    Path directory;

    private SqliteStateMachine open(String name) {
        return SqliteStateMachine.open(directory.resolve(name), ClusterLimits.DEFAULT);
    }

    private static List<List<@Nullable Object>> rows(StatementResult result) {
        return ((StatementResult.Rows) result).rows();
    }

    @Test
    void giveTheSameOnEveryNodeWhereverTheyStand() {
        Log log = new Log(0);
        List<CommittedEntry> entries = List.of(
                log.entry("CREATE TABLE t(a, r DEFAULT (random()), at DEFAULT CURRENT_TIMESTAMP,"
                        + " d AS (date(at)) STORED)"),
                log.entry("CREATE TRIGGER tr AFTER INSERT ON t WHEN new.a < 9 BEGIN"
                        + " INSERT INTO t(a, r) VALUES(9, hex(randomblob(8)) || time('now')); END"),
                log.entry("CREATE INDEX i ON t(date(at))"),
                log.entry("INSERT INTO t(a) VALUES(1), (2), (3)", "INSERT INTO t(a) VALUES(4)"),
                log.entry("INSERT INTO t SELECT a, random(), CURRENT_TIME || CURRENT_DATE FROM t ORDER BY random()"),
                log.entry("SELECT *, julianday('now') FROM t"));
        String first = null;
        for (String name : List.of("a", "b")) {
            try (SqliteStateMachine machine = open(name)) {
                List<List<StatementResult>> results = name.equals("a")
                        ? machine.apply(entries)
                        : entries.stream()
                                .map(entry -> machine.apply(List.of(entry)).get(0))
                                .toList();
                assertThat(first == null ? results.toString() : first).isEqualTo(results.toString());
                first = results.toString();
                List<List<@Nullable Object>> rows = rows(results.get(5).get(0));
                assertThat(rows).hasSize(20);
                assertThat(rows.stream().map(row -> row.get(1)).distinct().count())
                        .isEqualTo(20);
            }
        }
    }

    @Test
    void answerFromTheEntrysClock() {
        try (SqliteStateMachine machine = open("a")) {
            // The log's clock is 1_700_000_000_001 ms at index 1.
            assertThat(rows(Log.run(
                                    machine,
                                    "SELECT CURRENT_TIMESTAMP, CURRENT_DATE, CURRENT_TIME, datetime(), date('NOW'),"
                                            + " time('now', '+1 hour', 'localtime'), datetime('subsec'), unixepoch(),"
                                            + " strftime('%s'), strftime('%f', 'now'), timediff('now', 'now'),"
                                            + " datetime('now', 'start of month', 'utc'), typeof(julianday('now'))")
                            .get(0)))
                    .containsExactly(List.of(
                            "2023-11-14 22:13:20",
                            "2023-11-14",
                            "22:13:20",
                            "2023-11-14 22:13:20",
                            "2023-11-14",
                            "23:13:20",
                            "2023-11-14 22:13:20.001",
                            1_700_000_000L,
                            "1700000000",
                            "20.001",
                            "+0000-00-00 00:00:00.000",
                            "2023-11-01 00:00:00",
                            "real"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "date('2024-02-29', '+1 year')",
                "datetime(1700000000, 'unixepoch')",
                "datetime(1700000000, 'auto', 'subsec')",
                "julianday('2000-01-01 12:00')",
                "typeof(julianday(2451545))",
                "unixepoch('2024-01-01', 'subsec')",
                "time('garbage')",
                "date(NULL)",
                "date('2024-01-01', NULL)",
                "date(x'01')",
                "strftime('%Y-%j %W', '2024-05-01')",
                "strftime(NULL, '2024-05-01')",
                "strftime()",
                "timediff('2024-05-01', '2023-01-01')",
                "typeof(random())",
                "length(randomblob(16))",
                "length(randomblob(0))",
                "length(randomblob(-5))",
                "length(randomblob(NULL))",
                "length(randomblob('3x'))",
                "length(randomblob(2.9))",
                "typeof(current_time)",
                "instr('größe 😀x', 'x')",
                "instr('abc', '')",
                "instr('', 'a')",
                "instr(x'00ff01', x'ff01')",
                "instr('a' || char(0) || 'b', 'b')",
                "instr(12345, 34)",
                "instr(NULL, 'a')",
                "instr('a', x'61')",
                "quote(replace('banana', 'an', ''))",
                "quote(replace('banana', '', 'x'))",
                "hex(replace('a' || char(0) || 'b' || char(0), char(0), 'é'))",
                "quote(replace(x'6162', 'a', 'z'))",
                "quote(replace(1.5, '.', ','))",
                "replace('a', NULL, 'b')",
                "replace('aaa', 'a', NULL)",
                "quote(trim('  x  ', ' '))",
                "quote(trim('ééxé', 'é'))",
                "quote(ltrim('121x12', 12))",
                "quote(rtrim('xaab', 'ab'))",
                "quote(trim(x'616261', 'a'))",
                "trim('x', NULL)",
                "trim('abc', 'abc')",
                "charindex('na', 'banana')",
                "charindex('na', 'banana', 4)",
                "strfilter('abcba', 'ab')"
            })
    void giveWhatTheBuiltInOnesGive(String expression) throws Exception {
        Object wanted;
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            try (ResultSet row = plain.createStatement().executeQuery("SELECT " + expression)) {
                wanted = row.getObject(1);
            } catch (java.sql.SQLException e) {
                wanted = SqlErrors.message(e);
            }
        }
        try (SqliteStateMachine machine = open("a")) {
            StatementResult result = Log.run(machine, "SELECT " + expression).get(0);
            Object given = result instanceof StatementResult.Failed failed
                    ? failed.message()
                    : rows(result).get(0).get(0);
            assertThat(String.valueOf(given)).isEqualTo(String.valueOf(wanted));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "instr(v, substr(v, 1, 40000) || 'b')",
                "replace(v, substr(v, 1, 40000) || 'b', 'x')",
                "trim(v, substr(v, 1, 40000) || 'b')",
                "v LIKE '%' || substr(v, 1, 600) || 'b'",
                "v GLOB '*' || substr(v, 1, 600) || 'b'"
            })
    void failWhereOneCallWouldTakeMinutes(String expression) {
        try (SqliteStateMachine machine = open("a")) {
            StatementResult result = Log.run(
                            machine,
                            "WITH q AS (SELECT replace(hex(zeroblob(30000)), '0', 'a') AS v) SELECT " + expression
                                    + " FROM q")
                    .get(0);
            assertThat(result)
                    .isInstanceOfSatisfying(
                            StatementResult.Failed.class,
                            failed -> assertThat(failed.message())
                                    .containsAnyOf("takes too much work", "pattern too complex"));
        }
    }

    @Test
    void refuseABlobThatIsTooBigAsAResult() {
        try (SqliteStateMachine machine = open("a")) {
            assertThat(Log.run(machine, "SELECT length(randomblob(1000000000))").get(0))
                    .isInstanceOfSatisfying(
                            StatementResult.Failed.class,
                            failed -> assertThat(failed.message()).isEqualTo("string or blob too big"));
        }
    }

    /** What an index was once told must be found again when the row goes; else SQLite calls the file corrupt. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX i ON t(date(d))",
                "CREATE INDEX i ON t(a) WHERE julianday(d) > 5",
                "ALTER TABLE t ADD COLUMN g AS (strftime('%s', d))",
                "CREATE TABLE other(d, g AS (timediff(d, '2000-01-01')) STORED)"
            })
    void keepTheCurrentTimeOutOfWhatIsStoredForEver(String definition) {
        try (SqliteStateMachine machine = open("a")) {
            Log.run(machine, "CREATE TABLE t(a, d)", "INSERT INTO t VALUES(1, '2024-05-01')", definition);
            String table = definition.contains("other") ? "other" : "t";
            String refused = "as the current time, would be kept in an index or a generated column";
            for (String sql : List.of(
                    "INSERT INTO " + table + "(d) VALUES('now')",
                    "INSERT INTO " + table + "(d) VALUES('NOW') RETURNING d",
                    "UPDATE t SET d = 'now' WHERE " + (table.equals("t") ? "1" : "timediff('now', d) NOT NULL"),
                    "WITH x AS (SELECT 'now' AS d) INSERT INTO " + table + "(d) SELECT d FROM x")) {
                StatementResult result = Log.run(machine, sql).get(0);
                if (sql.startsWith("UPDATE") && table.equals("other")) {
                    assertThat(result).isInstanceOf(StatementResult.Changed.class);
                } else {
                    assertThat(result)
                            .as(sql)
                            .isInstanceOfSatisfying(
                                    StatementResult.Failed.class,
                                    failed -> assertThat(failed.message()).contains(refused));
                }
            }
            assertThat(Log.run(
                            machine,
                            "INSERT INTO " + table + "(d) VALUES(CURRENT_TIMESTAMP), (datetime('now', '+1 day'))",
                            "DELETE FROM " + table + " WHERE date(d) < date('now', '-30 days')",
                            "SELECT date('now'), julianday('now'), strftime('%s', 'now')",
                            "DELETE FROM " + table))
                    .noneMatch(StatementResult.Failed.class::isInstance);
            assertThat(rows(Log.run(machine, "PRAGMA integrity_check").get(0))).containsExactly(List.of("ok"));
        }
    }

    @Test
    void keepTheCurrentTimeOutOfAnIndexOverRowsThatWereThereBefore() {
        try (SqliteStateMachine machine = open("a")) {
            Log.run(machine, "CREATE TABLE t(d)", "INSERT INTO t VALUES('now')");
            assertThat(Log.run(machine, "CREATE INDEX i ON t(date(d))").get(0))
                    .isInstanceOf(StatementResult.Failed.class);
            Log.run(machine, "CREATE TABLE u(d CHECK (date(d) IS NOT NULL))");
            assertThat(Log.run(machine, "INSERT INTO u VALUES(date('now')), ('now')", "DELETE FROM u", "DELETE FROM t"))
                    .allMatch(StatementResult.Changed.class::isInstance);
            assertThat(Log.run(
                            machine,
                            "CREATE INDEX i ON t(date(d))",
                            "CREATE TABLE copy AS SELECT date('now') AS d",
                            "CREATE VIEW v AS SELECT datetime('now')",
                            "INSERT INTO u SELECT * FROM v"))
                    .allMatch(StatementResult.Changed.class::isInstance);
            Log.run(machine, "CREATE TRIGGER tr AFTER INSERT ON u BEGIN INSERT INTO t VALUES('now'); END");
            assertThat(Log.run(machine, "INSERT INTO u VALUES('2024-01-01')").get(0))
                    .isInstanceOf(StatementResult.Failed.class);
            Log.run(machine, "CREATE VIRTUAL TABLE f USING fts5(c)");
            assertThat(Log.run(machine, "CREATE INDEX j ON f_content(date(c0))").get(0))
                    .isInstanceOf(StatementResult.Failed.class);
        }
    }

    /** The built-in ones read a blob as text, and any text up to a NUL. */
    @Test
    void knowTheCurrentTimeAndTheZonesInEveryDisguise() {
        try (SqliteStateMachine machine = open("a")) {
            assertThat(rows(Log.run(
                                    machine,
                                    "SELECT datetime(CAST('now' AS BLOB)), datetime('NOW' || char(0)),"
                                            + " unixepoch('now' || char(0, 65)), strftime('%s', x'6e6f77'),"
                                            + " timediff(CAST('now' AS BLOB), 'now' || char(0)),"
                                            + " datetime('2024-07-01', CAST('localtime' AS BLOB)),"
                                            + " datetime('2024-07-01', 'utc' || char(0)),"
                                            + " unixepoch(CAST('subsec' AS BLOB)) > 1700000000")
                            .get(0)))
                    .containsExactly(List.of(
                            "2023-11-14 22:13:20",
                            "2023-11-14 22:13:20",
                            1_700_000_000L,
                            "1700000000",
                            "+0000-00-00 00:00:00.000",
                            "2024-07-01 00:00:00",
                            "2024-07-01 00:00:00",
                            1L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " WITHOUT ROWID"})
    void mayBeUsedForTheCurrentTimeBesideColumnsThatAreComputedFromIt(String withoutRowid) {
        try (SqliteStateMachine machine = open("a")) {
            Log.run(
                    machine,
                    "CREATE TABLE t(id INTEGER PRIMARY KEY, \"at \"\"t\" DEFAULT (strftime('%s', 'now')),"
                            + " y AS (strftime('%Y', \"at \"\"t\", 'unixepoch')), z)",
                    "CREATE INDEX i ON t(date(z))",
                    "CREATE TABLE w(k PRIMARY KEY, d, day AS (date(d)) STORED)" + withoutRowid);
            assertThat(Log.run(machine, "INSERT INTO t(id, z) VALUES(7, date('now')), (8, time('now', 'localtime'))"))
                    .containsExactly(new StatementResult.Changed(2, 8));
            assertThat(Log.run(machine, "UPDATE t SET z = date('now') RETURNING id"))
                    .first()
                    .isInstanceOfSatisfying(
                            StatementResult.Rows.class,
                            rows -> assertThat(rows.rowsAffected()).isEqualTo(2));
            assertThat(Log.run(
                            machine,
                            "INSERT INTO t(z) VALUES(x'6e6f77')",
                            "INSERT INTO t(z) VALUES('now' || char(0))",
                            "INSERT INTO w VALUES(1, 'now')",
                            "INSERT INTO w VALUES(1, 'Now')"))
                    .allMatch(StatementResult.Failed.class::isInstance);
            assertThat(rows(Log.run(machine, "SELECT count(y), integrity_check FROM t, pragma_integrity_check")
                            .get(0)))
                    .containsExactly(List.of(2L, "ok"));
        }
    }

    @Test
    void letOrFailKeepWhatSqliteKeeps() {
        try (SqliteStateMachine machine = open("a")) {
            Log.run(machine, "CREATE TABLE t(a UNIQUE, at)");
            assertThat(Log.run(machine, "INSERT OR FAIL INTO t VALUES(1, date('now')), (1, date('now')), (2, 0)"))
                    .first()
                    .isInstanceOf(StatementResult.Failed.class);
            assertThat(rows(Log.run(machine, "SELECT a FROM t").get(0))).containsExactly(List.of(1L));
        }
    }
}
