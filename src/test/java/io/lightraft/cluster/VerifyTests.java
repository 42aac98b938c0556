package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The file of one node is changed by hand: that is found, and the node mends itself with a copy of the leader's. */
class VerifyTests {

    private static final String NEEDLE = "a needle in the haystack";

    @TempDir
    static Path directory;

    private static LocalCluster cluster;
    private static final ExecutorService askers = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(directory, 5_000);
        cluster.startAll();
    }

    @AfterAll
    static void stop() {
        askers.shutdown();
        cluster.close();
    }

    private static JsonNode verify(int node) throws Exception {
        HttpSql.Reply reply = cluster.http(node).post("/admin/verify?timeout=30s");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static void changeAByte(Path file) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        int place = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(NEEDLE);
        assertThat(place).isPositive();
        bytes[place] ^= 1;
        Files.write(file, bytes);
    }

    /** Waits for the node to call itself sound again; what it was meanwhile is checked where it is put into quarantine. */
    private static void awaitHealed(int node) {
        await().atMost(LocalCluster.PATIENCE).untilAsserted(() -> {
            HttpSql.Reply health = cluster.http(node).get("/actuator/health/divergence");
            assertThat(health.text()).contains("UP");
            assertThat(cluster.http(node).get("/readyz").status()).isEqualTo(200);
        });
        assertThat(directory.resolve("data/lightraft-" + node + ".quarantine"))
                .satisfies(note -> await().until(() -> Files.notExists(note)));
    }

    /** Asks until an answer names the node, and no other, as one that differs. */
    private static void awaitFound(int by, int victim) throws Exception {
        JsonNode found = verify(by);
        assertThat(found.get("equal").asBoolean()).as(found.toString()).isFalse();
        for (JsonNode node : found.get("nodes")) {
            assertThat(node.get("equal").asBoolean())
                    .as(found.toString())
                    .isEqualTo(node.get("nodeId").asInt() != victim);
        }
        await().pollInterval(50, TimeUnit.MILLISECONDS)
                .untilAsserted(() -> assertThat(cluster.http(victim)
                                .get("/actuator/health/divergence")
                                .text())
                        .contains("DOWN"));
    }

    @Test
    void aNodeWhoseFileWasChangedIsFoundAndHealsItselfWhileWritesGoOn() throws Exception {
        int leader = cluster.awaitLeader();
        cluster.http(leader)
                .run("CREATE TABLE t(a)", "INSERT INTO t VALUES('" + NEEDLE + "')", "CREATE TABLE w(id INTEGER)");
        JsonNode sound = verify(leader);
        assertThat(sound.get("equal").asBoolean()).as(sound.toString()).isTrue();
        assertThat(sound.get("nodes")).hasSize(3);
        int stopped = (leader + 1) % 3;
        int running = (leader + 2) % 3;
        try (WriteLoad load = new WriteLoad("w").with(cluster.http(leader))) {
            cluster.stop(stopped);
            changeAByte(cluster.files.database(stopped));
            cluster.start(stopped);
            cluster.awaitLeader();
            awaitFound(leader, stopped);
            awaitHealed(stopped);
            assertThat(cluster.http(stopped).rows("SELECT a FROM t")).containsExactly(NEEDLE);

            changeBehindItsBack(cluster.files.database(running));
            assertThat(cluster.http(running).rows("SELECT a FROM t")).containsExactly("hay");
            awaitFound(stopped, running);
            awaitHealed(running);
            assertThat(cluster.http(running).rows("SELECT a FROM t")).containsExactly(NEEDLE);

            long written = load.doneCount();
            await().until(() -> load.doneCount() > written);
            load.finish();
            load.assertTold(cluster.http(stopped).rows("SELECT id FROM w"));
        }
        JsonNode mended = verify(stopped);
        assertThat(mended.get("equal").asBoolean()).as(mended.toString()).isTrue();
        await().untilAsserted(() -> assertThat(
                        cluster.http(leader).get("/actuator/health/divergence").text())
                .doesNotContain("alarm"));
        // What they hold is on their disks, too, and goes on from there.
        cluster.stopFollowersFirst();
        cluster.files.assertSameRows();
        cluster.startAll();
        cluster.awaitLeader();
    }

    @Test
    void allThatAskAtTheSameTimeAreAnsweredWhileWritesGoOn() throws Exception {
        int leader = cluster.awaitLeader();
        cluster.http(leader).run("CREATE TABLE many(id INTEGER)");
        try (WriteLoad load = new WriteLoad("many").with(cluster.http(leader))) {
            List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int node = i % 3;
                answers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return verify(node);
                            } catch (Exception e) {
                                throw new CompletionException(e);
                            }
                        },
                        askers));
            }
            for (CompletableFuture<JsonNode> answer : answers) {
                JsonNode all = answer.get(60, TimeUnit.SECONDS);
                assertThat(all.get("equal").asBoolean()).as(all.toString()).isTrue();
            }
            load.finish();
        }
    }

    private static void changeBehindItsBack(Path file) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=5000");
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate("UPDATE t SET a = 'hay'")).isEqualTo(1);
        }
    }

    @Test
    void aNodeInQuarantineServesNothingAndRemembersItWithoutALeaderToHealFrom() throws Exception {
        int leader = cluster.awaitLeader();
        int victim = (leader + 1) % 3;
        int other = (leader + 2) % 3;
        cluster.stop(victim);
        Path note = directory.resolve("data/lightraft-" + victim + ".quarantine");
        Files.writeString(note, "the content differs from what a majority of the nodes has");
        cluster.stop(leader);
        cluster.stop(other);
        cluster.start(victim);
        awaitQuarantine(victim);
        cluster.startAll();
        awaitHealed(victim);
        cluster.awaitLeader();
        assertThat(verify(victim).get("equal").asBoolean()).isTrue();
        // It rests before it would be healed again, unless it starts anew; it may be the other test's victim.
        cluster.stop(victim);
        cluster.start(victim);
        cluster.awaitLeader();
    }

    private static void awaitQuarantine(int node) {
        await().atMost(LocalCluster.PATIENCE).untilAsserted(() -> {
            HttpSql.Reply health = cluster.http(node).get("/actuator/health/divergence");
            assertThat(health.status()).isEqualTo(503);
            assertThat(health.text()).contains("DOWN", "majority");
            assertThat(cluster.http(node).get("/readyz").status()).isEqualTo(503);
            HttpSql.Reply read = cluster.http(node).query("SELECT 1", "&level=none");
            assertThat(read.status()).isEqualTo(503);
            assertThat(read.text()).contains("quarantine");
            assertThat(cluster.http(node)
                            .execute("5s", "INSERT INTO t VALUES(1)")
                            .status())
                    .isEqualTo(503);
        });
    }
}
