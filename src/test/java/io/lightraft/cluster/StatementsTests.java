package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.SqlFailure;
import io.lightraft.sql.SqlSession;
import io.lightraft.sql.Statement;
import io.lightraft.sql.StatementResult;
import io.lightraft.sql.WriteOptions;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What statements answer over both of a cluster's front doors, and that it is the same on every node. */
class StatementsTests {

    private static final int MIB = 1 << 20;

    @TempDir
    static Path directory;

    private static LocalCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(directory, 20_000);
        cluster.startAll();
        cluster.awaitLeader();
    }

    @AfterAll
    static void stop() throws Exception {
        try (LocalCluster running = cluster) {
            running.stopFollowersFirst();
            running.files.assertSameRows();
        }
    }

    private static JsonNode results(int node, String parameters, List<List<Object>> statements) throws IOException {
        HttpSql.Reply reply = cluster.http(node).execute(statements, parameters);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().get("results");
    }

    private static List<Object> statement(String sql, @Nullable Object... values) {
        List<Object> parts = new ArrayList<>(List.of(sql));
        parts.addAll(Arrays.asList(values));
        return parts;
    }

    @Test
    void rowsOfReturningComeBackFromAnyNode() throws Exception {
        cluster.http(0).run("CREATE TABLE r(a INTEGER PRIMARY KEY, b)");
        for (int node = 0; node < ClusterFiles.NODES; node++) {
            HttpSql.Reply reply =
                    cluster.http(node).execute("20s", "INSERT INTO r(b) VALUES('x') RETURNING a, b || '!'");
            assertThat(reply.json().get("results").get(0).get("values").toString())
                    .isEqualTo("[[" + (node + 1) + ",\"x!\"]]");
        }
    }

    @Test
    void anAtomicRequestSaysWhichStatementFailedAndLeavesNothing() throws Exception {
        cluster.http(0).run("CREATE TABLE a(n INTEGER PRIMARY KEY)", "INSERT INTO a VALUES(1)");
        String[] statements = {"INSERT INTO a VALUES(2)", "INSERT INTO a VALUES(1)", "INSERT INTO a VALUES(3)"};
        JsonNode http = results(
                1,
                "&transaction",
                List.of(statement(statements[0]), statement(statements[1]), statement(statements[2])));
        assertThat(http).as("the second is the last one").hasSize(2);
        assertThat(http.get(1).get("error").asString()).isEqualTo("UNIQUE constraint failed: a.n");
        try (NcClient nc = cluster.nc(2)) {
            assertThat(nc.ask("BEGIN; " + String.join("; ", statements) + "; COMMIT"))
                    .matches("(?s)1 row affected\n.*UNIQUE constraint failed: a.n.*the transaction was rolled back.*");
            assertThat(nc.ask("SELECT count(*) FROM a")).contains("| 1 ");
        }
    }

    @Test
    void lastInsertRowidIsTheSessionsOwn() throws Exception {
        cluster.http(0).run("CREATE TABLE parent(id INTEGER PRIMARY KEY)", "CREATE TABLE child(parent)");
        try (NcClient mine = cluster.nc(0);
                NcClient other = cluster.nc(1)) {
            mine.ask("INSERT INTO parent VALUES(100)");
            other.ask("INSERT INTO parent VALUES(200)");
            cluster.http(2).run("INSERT INTO parent VALUES(300)");
            mine.ask("INSERT INTO child VALUES(last_insert_rowid())");
            assertThat(cluster.http(1).rows("SELECT parent FROM child")).containsExactly("100");
            mine.ask("BEGIN");
            mine.ask("INSERT INTO parent VALUES(400)");
            mine.ask("COMMIT");
            other.ask("INSERT INTO parent VALUES(500)");
            mine.ask("INSERT INTO child VALUES(last_insert_rowid())");
            assertThat(cluster.http(1).rows("SELECT parent FROM child")).containsExactly("100", "400");
        }
    }

    @Test
    void valuesOfAllKindsAndOfAMegabyteStayAsTheyAre() throws Exception {
        cluster.http(0).run("CREATE TABLE v(id INTEGER PRIMARY KEY, x)");
        String text = "ä€😀x".repeat(MIB / 10);
        List<Object> bytes = new ArrayList<>();
        for (int i = 0; i < MIB; i++) {
            bytes.add(i & 0xFF);
        }
        String insert = "INSERT INTO v(x) VALUES(?)";
        results(
                0,
                "",
                List.of(
                        statement(insert, text),
                        statement(insert, bytes),
                        statement(insert, "nul \0 inside"),
                        statement(insert, Long.MAX_VALUE),
                        statement(insert, Long.MIN_VALUE),
                        statement(insert, -0.0),
                        statement(insert, 1e308),
                        statement(insert, List.of()),
                        statement(insert, "")));
        String typed = "typed ".repeat(MIB / 7);
        try (NcClient nc = cluster.nc(1)) {
            assertThat(nc.ask("INSERT INTO v(x) VALUES('" + typed + "')")).isEqualTo("1 row affected\n");
            assertThat(nc.ask("SELECT x FROM v WHERE id = 10")).contains(typed);
            assertThat(nc.ask("SELECT x FROM v WHERE id = 3")).contains("nul \\x00 inside");
            assertThat(nc.ask("SELECT x FROM v WHERE id = 7")).contains("1.0e+308");
        }
        JsonNode rows = cluster.http(2)
                .query("SELECT x FROM v ORDER BY id", "&blob_array")
                .json()
                .get("results")
                .get(0)
                .get("values");
        assertThat(rows.get(0).get(0).asString()).isEqualTo(text);
        assertThat(rows.get(1).get(0)).hasSize(MIB);
        assertThat(rows.get(1).get(0).get(511).asInt()).isEqualTo(255);
        assertThat(rows.get(2).get(0).asString()).isEqualTo("nul \0 inside");
        assertThat(rows.get(3).get(0).asLong()).isEqualTo(Long.MAX_VALUE);
        assertThat(rows.get(4).get(0).asLong()).isEqualTo(Long.MIN_VALUE);
        assertThat(rows.get(5).get(0).toString()).isIn("-0", "-0.0", "0");
        assertThat(rows.get(6).get(0).asDouble()).isEqualTo(1e308);
        assertThat(rows.get(7).get(0)).isEmpty();
        assertThat(rows.get(8).get(0).asString()).isEmpty();
    }

    @Test
    void deferredKeysAreCheckedWhereTheirEntryEnds() throws Exception {
        cluster.http(0)
                .run(
                        "CREATE TABLE p(a PRIMARY KEY)",
                        "CREATE TABLE c(b REFERENCES p(a) DEFERRABLE INITIALLY DEFERRED)");
        List<Object> child = statement("INSERT INTO c VALUES(7)");
        List<Object> parent = statement("INSERT INTO p VALUES(7)");
        JsonNode alone = results(1, "", List.of(child));
        assertThat(alone.get(0).get("error").asString()).isEqualTo("FOREIGN KEY constraint failed");
        assertThat(results(2, "&transaction", List.of(child, parent)).toString())
                .doesNotContain("error");
        assertThat(results(0, "&transaction", List.of(statement("DELETE FROM p"), child))
                        .toString())
                .contains("FOREIGN KEY constraint failed");
        assertThat(cluster.http(1).rows("SELECT count(*) FROM c, p")).containsExactly("1");
    }

    @Test
    void changesFollowsTheSession() throws Exception {
        cluster.http(0).run("CREATE TABLE t(a)", "CREATE TABLE log(n)", "INSERT INTO t VALUES(1), (2), (3)");
        try (SqlSession sql = new SqlSession(cluster.engine(1), ReadOptions.DEFAULT)) {
            sql.run("UPDATE t SET a = a + 1");
            sql.run("CREATE TABLE between_them(a)");
            sql.run("INSERT INTO log VALUES(changes())");
            sql.run("INSERT INTO log VALUES(changes())");
            sql.run("DELETE FROM t WHERE a < 4");
            sql.begin();
            sql.run("INSERT INTO log VALUES(changes())");
            sql.rollback();
            assertThat(sql.rows("SELECT changes()")).containsExactly(List.of(1L));
            sql.run("DELETE FROM t WHERE a = 77");
            sql.begin();
            sql.run("INSERT INTO log VALUES(changes() + 10)");
            sql.commit();
        }
        cluster.http(2).run("INSERT INTO log VALUES(changes() + 20)");
        assertThat(cluster.http(2).rows("SELECT n FROM log")).containsExactly("3", "1", "10", "20");
    }

    @Test
    void javaHasTheSameSessionsAndReadLevels() throws Exception {
        cluster.http(0).run("CREATE TABLE account(id INTEGER PRIMARY KEY, v)", "INSERT INTO account VALUES(1, 100)");
        try (SqlSession mine = new SqlSession(cluster.engine(0), ReadOptions.DEFAULT);
                SqlSession other = new SqlSession(cluster.engine(1), ReadOptions.DEFAULT)) {
            mine.begin();
            other.begin();
            assertThat(other.rows("SELECT v FROM account WHERE id = ?", 1L)).containsExactly(List.of(100L));
            assertThat(mine.run("UPDATE account SET v = v - ?", 30L))
                    .isInstanceOfSatisfying(
                            StatementResult.Changed.class,
                            changed -> assertThat(changed.rowsAffected()).isEqualTo(1));
            mine.run("SAVEPOINT s");
            mine.run("UPDATE account SET v = 0");
            mine.run("ROLLBACK TO s");
            assertThat(mine.rows("SELECT v FROM account")).containsExactly(List.of(70L));
            assertThat(other.rows("SELECT v FROM account")).containsExactly(List.of(100L));
            mine.commit();
            assertThatThrownBy(() -> other.run("UPDATE account SET v = 1"))
                    .isInstanceOfSatisfying(
                            SqlFailure.class,
                            failure -> assertThat(failure.code()).isEqualTo(517));
            assertThat(other.isInTransaction()).isTrue();
            other.rollback();
            assertThatThrownBy(() -> other.run("INSERT INTO account VALUES(1, 1)"))
                    .isInstanceOf(SqlFailure.class)
                    .hasMessage("UNIQUE constraint failed: account.id");
            for (ReadLevel level : ReadLevel.values()) {
                if (level != ReadLevel.NONE) {
                    other.use(new ReadOptions(level, null, Duration.ofSeconds(20)));
                    assertThat(other.rows("SELECT v FROM account"))
                            .as("%s", level)
                            .containsExactly(List.of(70L));
                }
            }
            other.use(new ReadOptions(ReadLevel.NONE, Duration.ofSeconds(20), Duration.ofSeconds(20)));
            assertThat(other.rows("SELECT count(*) FROM account")).containsExactly(List.of(1L));
            Statement add =
                    new Statement("INSERT INTO account VALUES(?, :v) RETURNING id", List.of(2L), Map.of("v", 5L));
            WriteOptions once = new WriteOptions(true, Duration.ofSeconds(20), "account-2");
            List<StatementResult> first = other.execute(List.of(add), once);
            assertThat(first).hasSize(1).isEqualTo(mine.execute(List.of(add), once));
            assertThat(((StatementResult.Rows) first.get(0)).rowsAffected()).isEqualTo(1);
            assertThat(other.execute(
                            List.of(Statement.of("DELETE FROM account WHERE id = 2"), add, add),
                            new WriteOptions(true, Duration.ofSeconds(20))))
                    .last()
                    .isInstanceOf(StatementResult.Failed.class);
            assertThat(other.rows("SELECT ?, ?, ?, ?", 1, 2.5f, true, (Object) null))
                    .containsExactly(Arrays.asList(1L, 2.5, 1L, null));
            assertThatThrownBy(() -> other.run("SELECT ?", BigDecimal.ONE))
                    .isInstanceOf(IllegalArgumentException.class);
            other.run("DELETE FROM account WHERE id = 2");
            mine.beginImmediate();
            mine.run("DELETE FROM account");
        }
        assertThat(cluster.http(2).rows("SELECT v FROM account"))
                .as("what was left open")
                .containsExactly("70");
    }

    @Test
    void aNodesFileIsMadeSmallWhileTheOthersGoOn() throws Exception {
        cluster.http(0).run("CREATE TABLE big(x)", "CREATE INDEX bigi ON big(date(x, 'unixepoch'))");
        for (int i = 0; i < 4; i++) {
            cluster.http(0)
                    .run("INSERT INTO big WITH RECURSIVE r(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM r LIMIT 1000)"
                            + " SELECT n || hex(randomblob(500)) FROM r");
        }
        cluster.http(0).run("DELETE FROM big WHERE rowid % 500 != 0");
        List<String> before = cluster.http(0).rows("SELECT rowid, x FROM big");
        for (int node = 0; node < ClusterFiles.NODES; node++) {
            HttpSql.Reply reply = cluster.http(node).post("/admin/vacuum?timeout=30s");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            long after = reply.json().get("bytesAfter").asLong();
            assertThat(after).isLessThan(reply.json().get("bytesBefore").asLong() / 2);
            assertThat(Files.size(cluster.files.database(node))).isEqualTo(after);
            assertThat(cluster.http(node).rows("SELECT rowid, x FROM big")).isEqualTo(before);
            cluster.http(node).run("INSERT INTO big(rowid, x) VALUES(" + (node + 1) + ", 'new')");
            before.add(node, (node + 1) + "|new");
        }
        HttpSql.Reply verdict = cluster.http(1).post("/admin/verify?timeout=30s");
        assertThat(verdict.json().get("equal").asBoolean()).as(verdict.text()).isTrue();
    }
}
