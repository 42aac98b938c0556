package io.lightraft.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL of the leader, of the session's node and of the client, and a leader that is frozen: after BEGIN, after a
 * read, after a write and during COMMIT.
 */
class TransactionKillIT {

    private static final int DEADLINE_MILLIS = 8_000;
    private static final String GONE = "the transaction was rolled back: the leader";

    @TempDir
    static Path directory;

    private static ProcessCluster cluster;

    private String t;
    private int leader;
    private int follower;
    /** The node that is neither. */
    private int other;

    private NcClient begun;
    private NcClient reading;
    private NcClient writing;

    @BeforeAll
    static void makeCluster() {
        cluster =
                new ProcessCluster(new ClusterFiles(directory, DEADLINE_MILLIS, "transactionIdleContendedMs = 1000\n"));
    }

    @AfterAll
    static void destroy() throws InterruptedException {
        cluster.destroy();
    }

    /** Three sessions of the same follower, each one step further. */
    @BeforeEach
    void beginTransactions(TestInfo test) throws Exception {
        t = test.getTestMethod().orElseThrow().getName();
        cluster.startAll();
        leader = cluster.leader();
        follower = cluster.others(leader)[0];
        other = cluster.others(leader)[1];
        cluster.http(leader).run("CREATE TABLE " + t + "(id INTEGER)");
        begun = session("BEGIN");
        reading = session("BEGIN", "SELECT count(*) FROM " + t);
        writing = session("BEGIN", insert(1));
    }

    private static NcClient sessionOf(int node, String... statements) throws IOException {
        NcClient client = cluster.nc(node);
        for (String statement : statements) {
            assertThat(client.ask(statement)).doesNotContain("Error");
        }
        return client;
    }

    private NcClient session(String... statements) throws IOException {
        return sessionOf(follower, statements);
    }

    @AfterEach
    void hangUp() throws IOException {
        for (NcClient client : List.of(begun, reading, writing)) {
            client.close();
        }
    }

    private String insert(int id) {
        return "INSERT INTO " + t + " VALUES(" + id + "), (" + id + ")";
    }

    private List<String> rows() throws IOException {
        return cluster.http(other).rows("SELECT DISTINCT id || ' ' || count(*) FROM " + t + " GROUP BY id ORDER BY id");
    }

    /** What has begun at the leader is gone, and says so; what hasn't goes to the next one. */
    private void assertTold() throws IOException {
        assertThat(begun.ask(insert(10))).isEqualTo("2 rows affected\n");
        for (NcClient gone : List.of(reading, writing)) {
            assertThat(gone.ask(insert(2))).contains(GONE);
            assertThat(gone.ask("SELECT 1")).contains("not run", GONE);
            assertThat(gone.ask("COMMIT")).contains(GONE);
            assertThat(gone.inTransaction).isFalse();
        }
        assertThat(begun.ask("COMMIT")).isEqualTo("OK\n");
        assertThat(rows()).containsExactly("10 2");
    }

    @Test
    void theLeaderDies() throws Exception {
        cluster.node(leader).kill();
        assertTold();
    }

    @Test
    void theLeaderIsFrozen() throws Exception {
        cluster.node(leader).signal("STOP");
        long startNanos = System.nanoTime();
        assertThat(writing.ask("COMMIT")).contains(GONE);
        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofMillis(DEADLINE_MILLIS));
        writing.ask("BEGIN");
        assertThat(writing.ask(insert(3))).isEqualTo("2 rows affected\n");
        writing.ask("ROLLBACK");
        cluster.node(leader).signal("CONT");
        assertThat(rows()).isEmpty();
    }

    @Test
    void theLeaderDiesDuringCommit() throws Exception {
        writing.type("COMMIT");
        cluster.node(leader).kill();
        String fate = writing.answer();
        if (fate.equals("OK\n")) {
            assertThat(rows()).containsExactly("1 2");
        } else {
            assertThat(fate).contains("rolled back");
            assertThat(rows()).isEmpty();
        }
    }

    @Test
    void theSessionsNodeDies() throws Exception {
        cluster.node(follower).kill();
        for (NcClient client : List.of(begun, reading, writing)) {
            assertThatThrownBy(() -> client.ask("COMMIT")).isInstanceOf(IOException.class);
        }
        try (NcClient next = sessionOf(other, insert(20))) { // nobody tells the leader; it goes by the idle limit
            assertThat(rows()).containsExactly("20 2");
            next.ask("BEGIN");
        }
    }

    @Test
    void theSessionsNodeDiesDuringCommit() throws Exception {
        writing.type("COMMIT");
        cluster.node(follower).kill();
        try (NcClient next = sessionOf(other, insert(20))) { // behind all that was to come
            assertThat(rows()).isIn(List.of("20 2"), List.of("1 2", "20 2"));
            next.ask("BEGIN");
        }
    }

    @Test
    void theClientDies() throws Exception {
        writing.ask("ROLLBACK");
        List<String> typed = List.of("BEGIN", "SELECT * FROM " + t, insert(5), "COMMIT");
        for (int steps = 1; steps <= typed.size(); steps++) {
            boolean committing = steps == typed.size();
            killAfter(String.join(";\n", typed.subList(0, steps)) + ";\n", committing ? steps : steps + 1);
            cluster.http(leader).run("DELETE FROM " + t + " WHERE id = 99"); // it gets its turn
            assertThat(rows()).isIn(committing ? List.of(List.of(), List.of("5 2")) : List.of(List.of()));
        }
    }

    /** A process types it, and dies when it has seen so many prompts. */
    private void killAfter(String lines, int prompts) throws Exception {
        String connect = "exec 3<>/dev/tcp/127.0.0.1/" + cluster.files.nc(follower);
        Process person =
                new ProcessBuilder("bash", "-c", connect + " && printf '%s' \"$0\" >&3 && exec cat <&3", lines).start();
        try (Scanner screen = new Scanner(person.getInputStream(), UTF_8).useDelimiter("# ")) {
            for (int seen = 0; seen < prompts; seen++) {
                screen.next();
            }
            person.destroyForcibly();
        }
        assertThat(person.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
