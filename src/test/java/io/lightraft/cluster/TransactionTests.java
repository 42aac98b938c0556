package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Interactive transactions, typed into nc sessions on different nodes. */
class TransactionTests {

    private static final Duration IDLE = Duration.ofMillis(6_000);

    @TempDir
    static Path directory;

    private static LocalCluster cluster;
    private final List<NcClient> clients = new ArrayList<>();
    private String t;
    private int leader;
    private NcClient a;
    private NcClient b;

    @BeforeAll
    static void makeCluster() {
        cluster = new LocalCluster(new ClusterFiles(
                directory,
                4_000,
                "transactionIdleMs = " + IDLE.toMillis() + "\ntransactionIdleContendedMs = 1500\n"
                        + "transactionMs = 9000\n"));
    }

    /** Two sessions, on the two followers. */
    @BeforeEach
    void makeTable(TestInfo test) throws Exception {
        t = test.getTestMethod().orElseThrow().getName();
        cluster.startAll();
        leader = cluster.awaitLeader();
        a = client((leader + 1) % 3);
        b = client((leader + 2) % 3);
        a.ask("CREATE TABLE " + t + "(id INTEGER PRIMARY KEY, v INTEGER)");
        a.ask("INSERT INTO " + t + " VALUES(1, 10), (2, 20)");
    }

    private NcClient client(int node) throws IOException {
        NcClient client = cluster.nc(node);
        clients.add(client);
        return client;
    }

    @AfterEach
    void hangUp() throws IOException {
        for (NcClient client : clients) {
            client.close();
        }
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private String values(NcClient client) throws IOException {
        return cells(client.ask("SELECT v FROM " + t + " ORDER BY id"));
    }

    /** The cells of a table of one column. */
    private static String cells(String table) {
        return String.join(
                ",",
                table.lines()
                        .filter(line -> line.startsWith("|"))
                        .skip(1)
                        .map(line -> line.replace("|", "").trim())
                        .toList());
    }

    private String update(NcClient client, String expression, int id) throws IOException {
        return client.ask("UPDATE " + t + " SET v = " + expression + " WHERE id = " + id);
    }

    @Test
    void readsSeeItsOwnWritesAndOthersSeeThemAfterCommit() throws Exception {
        assertThat(a.ask("BEGIN")).isEqualTo("OK\n");
        assertThat(a.inTransaction).isTrue();
        assertThat(update(a, "v + 1", 1)).isEqualTo("1 row affected\n");
        assertThat(values(a)).isEqualTo("11,20");
        assertThat(values(b)).as("no dirty read").isEqualTo("10,20");
        assertThat(a.ask("COMMIT")).isEqualTo("OK\n");
        assertThat(a.inTransaction).isFalse();
        assertThat(values(b)).isEqualTo("11,20");
    }

    @Test
    void rollbackLeavesNothing() throws Exception {
        a.ask("BEGIN IMMEDIATE");
        update(a, "99", 1);
        a.ask("CREATE TABLE gone(x)");
        assertThat(a.ask("ROLLBACK")).isEqualTo("OK\n");
        assertThat(values(b)).isEqualTo("10,20");
        assertThat(a.ask("SELECT * FROM gone")).contains("no such table: gone");
    }

    @Test
    void noUpdateIsLostBecauseAStaleSnapshotCannotWrite() throws Exception {
        a.ask("BEGIN");
        assertThat(values(a)).isEqualTo("10,20");
        update(b, "v + 5", 1);
        assertThat(update(a, "11", 1)).contains("database is locked");
        assertThat(values(a)).as("its own snapshot").isEqualTo("10,20");
        a.ask("ROLLBACK");
        assertThat(values(a)).isEqualTo("15,20");
    }

    @Test
    void writeSkewIsImpossible() throws Exception {
        a.ask("BEGIN");
        b.ask("BEGIN");
        assertThat(cells(a.ask("SELECT sum(v) FROM " + t))).isEqualTo("30");
        assertThat(cells(b.ask("SELECT sum(v) FROM " + t))).isEqualTo("30");
        assertThat(update(a, "v - 30", 1)).isEqualTo("1 row affected\n");
        CompletableFuture<String> second = CompletableFuture.supplyAsync(() -> {
            try {
                return update(b, "v - 30", 2);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(a.ask("COMMIT")).isEqualTo("OK\n");
        assertThat(second.get(10, TimeUnit.SECONDS)).contains("database is locked");
        b.ask("ROLLBACK");
        assertThat(values(b)).isEqualTo("-20,20");
    }

    @Test
    void noPhantomsComeWithinATransaction() throws Exception {
        a.ask("BEGIN");
        assertThat(values(a)).isEqualTo("10,20");
        b.ask("INSERT INTO " + t + " VALUES(3, 30)");
        assertThat(values(a)).isEqualTo("10,20");
        assertThat(a.ask("COMMIT")).isEqualTo("OK\n");
        assertThat(values(a)).isEqualTo("10,20,30");
    }

    @Test
    void savepointsNestAndOneOutsideOfATransactionOpensIt() throws Exception {
        a.ask("SAVEPOINT one");
        assertThat(a.inTransaction).isTrue();
        update(a, "11", 1);
        a.ask("SAVEPOINT two");
        update(a, "12", 1);
        assertThat(a.ask("ROLLBACK TO two")).isEqualTo("OK\n");
        assertThat(values(a)).isEqualTo("11,20");
        assertThat(a.ask("RELEASE nowhere")).contains("no such savepoint: nowhere");
        assertThat(a.ask("SAVEPOINT '_LightRaft_entry'")).contains("\"_LightRaft_entry\" is closed: names that begin");
        assertThat(a.ask("RELEASE one")).isEqualTo("OK\n");
        assertThat(a.inTransaction).isFalse();
        assertThat(values(b)).isEqualTo("11,20");
    }

    @Test
    void errorsAreSqlitesOwnAndKeepItOpenExceptThoseThatRollItBack() throws Exception {
        assertThat(a.ask("COMMIT")).contains("cannot commit - no transaction is active");
        a.ask("BEGIN");
        assertThat(a.ask("BEGIN")).contains("cannot start a transaction within a transaction");
        update(a, "11", 1);
        assertThat(a.ask("INSERT INTO " + t + " VALUES(1, 1)")).contains("UNIQUE constraint failed");
        assertThat(a.inTransaction).isTrue();
        assertThat(a.ask("INSERT OR ROLLBACK INTO " + t + " VALUES(1, 1)"))
                .contains("UNIQUE constraint failed", "the transaction was rolled back");
        assertThat(a.inTransaction).isFalse();
        assertThat(values(a)).isEqualTo("10,20");
    }

    @Test
    void theListOfTablesShowsWhatItHasMade() throws Exception {
        a.ask("BEGIN");
        a.ask("CREATE TABLE made_within(x)");
        assertThat(a.ask(".tables")).contains("made_within");
        assertThat(a.ask(".schema made_within")).isEqualTo("CREATE TABLE made_within(x);\n");
        assertThat(b.ask(".tables")).doesNotContain("made_within");
        assertThat(a.ask(".once key INSERT INTO made_within VALUES(1)")).contains("a transaction is open");
        a.ask("ROLLBACK");
    }

    @Test
    void whatItRecordsComesOutTheSameOnEveryNode() throws Exception {
        a.ask("BEGIN");
        a.ask("CREATE TABLE log(id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP, dice INTEGER)");
        a.ask("INSERT INTO log(dice) VALUES(random())");
        assertThat(a.ask("CREATE INDEX log_dice ON log(dice)")).isEqualTo("0 rows affected\n");
        a.ask("INSERT INTO nowhere VALUES(1)");
        a.ask("INSERT INTO " + t + " VALUES(7, last_insert_rowid())");
        String seen = a.ask("SELECT * FROM log");
        assertThat(seen).contains("| 1 ").doesNotContain("1970");
        assertThat(a.ask("SELECT datetime('now')")).doesNotContain("1970");
        assertThat(a.ask("COMMIT")).isEqualTo("OK\n");
        assertThat(a.ask("SELECT * FROM log")).isEqualTo(seen);
        assertThat(b.ask("SELECT * FROM log")).isEqualTo(seen);
        assertThat(values(b)).isEqualTo("10,20,1");
    }

    @Test
    void aWholeTransactionInOneLineIsAllOrNothing() throws Exception {
        assertThat(a.ask("BEGIN; UPDATE " + t + " SET v = 1; SELECT sum(v) FROM " + t + "; COMMIT"))
                .contains("2 rows affected", "| 2 ");
        assertThat(a.ask("BEGIN; UPDATE " + t + " SET v = 2; EXPLAIN QUERY PLAN SELECT * FROM " + t
                        + "; PRAGMA quick_check; SELECT sum(v) FROM " + t + "; COMMIT"))
                .contains("2 rows affected", "SCAN " + t, "ok", "4")
                .endsWith("OK\n")
                .doesNotContain("rror");
        assertThat(a.ask("BEGIN; DELETE FROM " + t + "; EXPLAIN SELECT * FROM nowhere; DROP TABLE " + t + "; COMMIT"))
                .contains("2 rows affected", "no such table: nowhere", "the transaction was rolled back")
                .doesNotContain("0 rows");
        assertThat(b.ask("SELECT sum(v) FROM " + t)).contains("4");
        assertThat(a.ask("BEGIN; EXPLAIN SELECT 1; ATTACH 'x' AS y; COMMIT"))
                .contains("ATTACH is not available", "the transaction was rolled back");
        assertThat(a.ask("BEGIN; DELETE FROM " + t + "; INSERT INTO nowhere VALUES(1); COMMIT"))
                .contains("no such table: nowhere", "the transaction was rolled back");
        assertThat(a.inTransaction).isFalse();
        assertThat(values(b)).isEqualTo("2,2");
    }

    @Test
    void aDeferredViolationShowsAtCommitAndEndsIt() throws Exception {
        a.ask("CREATE TABLE parent(id INTEGER PRIMARY KEY)");
        a.ask("CREATE TABLE child(p REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
        a.ask("BEGIN");
        assertThat(a.ask("INSERT INTO child VALUES(5)")).isEqualTo("1 row affected\n");
        assertThat(a.ask("COMMIT")).contains("FOREIGN KEY constraint failed", "rolled back");
        assertThat(a.inTransaction).isFalse();
        assertThat(cells(a.ask("SELECT count(*) FROM child"))).isEqualTo("0");
    }

    @Test
    void writersWaitInLineAndFailAsBusyAtTheirDeadline() throws Exception {
        a.ask("BEGIN IMMEDIATE");
        CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return update(b, "v + 1", 1);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        for (int i = 0; i < 5; i++) {
            update(a, "v + 1", 2);
            await().pollDelay(Duration.ofMillis(900)).until(() -> true);
        }
        assertThat(waiting.get(5, TimeUnit.SECONDS)).contains("busy", "Nothing was done");
        assertThat(a.ask("COMMIT")).isEqualTo("OK\n");
        assertThat(values(b)).isEqualTo("10,25");
    }

    @Test
    void anIdleTransactionGivesWayToAWriterThatWaitsAndIsToldSo() throws Exception {
        a.ask("BEGIN");
        update(a, "99", 1);
        assertThat(update(b, "v + 1", 1)).isEqualTo("1 row affected\n");
        assertThat(values(a)).contains("");
        assertThat(a.ask("SELECT 1")).contains("not run", "transactionIdleContendedMs");
        assertThat(a.inTransaction).isTrue();
        assertThat(a.ask("COMMIT")).contains("the transaction was rolled back", "transactionIdleContendedMs");
        assertThat(a.inTransaction).isFalse();
        assertThat(values(a)).isEqualTo("11,20");
    }

    @Test
    void aClientThatHangsUpLeavesNothingAndHoldsNobodyUp() throws Exception {
        a.ask("BEGIN");
        update(a, "99", 1);
        a.close();
        assertThat(update(b, "v + 1", 1)).isEqualTo("1 row affected\n");
        assertThat(values(b)).isEqualTo("11,20");
    }

    @Test
    void aTransactionWhoseLeaderStopsIsRolledBackAndSaysSo() throws Exception {
        a.ask("BEGIN");
        update(a, "99", 1);
        cluster.stop(leader);
        assertThat(update(a, "98", 1)).contains("the transaction was rolled back: the leader", "Begin it again");
        assertThat(a.ask("COMMIT")).contains("the transaction was rolled back");
        assertThat(values(b)).isEqualTo("10,20");
        a.ask("BEGIN");
        assertThat(update(a, "42", 1)).isEqualTo("1 row affected\n");
        assertThat(a.ask("COMMIT")).isEqualTo("OK\n");
        assertThat(values(b)).isEqualTo("42,20");
    }

    @Test
    void transfersOverAllNodesNeverChangeTheTotalThoughLeadersStop() throws Exception {
        long seed = System.nanoTime();
        var threads = Executors.newFixedThreadPool(3);
        List<CompletableFuture<Integer>> tellers = new ArrayList<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(6);
        for (int node = 0; node < 3; node++) {
            Teller teller = new Teller(cluster, node, t, seed + node, end);
            tellers.add(CompletableFuture.supplyAsync(teller, threads));
        }
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
        cluster.stop(leader);
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
        cluster.start(leader);
        int transfers = 0;
        for (CompletableFuture<Integer> teller : tellers) {
            transfers += teller.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();
        cluster.awaitLeader();
        assertThat(transfers).as("seed %d", seed).isPositive();
        for (int node = 0; node < 3; node++) {
            assertThat(cells(client(node).ask("SELECT sum(v) FROM " + t)))
                    .as("seed %d, node %d", seed, node)
                    .isEqualTo("30");
        }
    }
}
