package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A byte of one node's file is changed by hand, found, and mended by rebuilding the node. */
class VerifyTests {

    private static final String NEEDLE = "a needle in the haystack";

    @TempDir
    static Path directory;

    private static LocalCluster cluster;

    @BeforeAll
    static void start() {
        cluster = new LocalCluster(directory, 5_000);
        cluster.startAll();
    }

    @AfterAll
    static void stop() {
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

    @Test
    void aChangedByteIsFoundReportedAndMendedByRebuilding() throws Exception {
        int leader = cluster.awaitLeader();
        cluster.http(leader).run("CREATE TABLE t(a)", "INSERT INTO t VALUES('" + NEEDLE + "')");
        JsonNode sound = verify(leader);
        assertThat(sound.get("equal").asBoolean()).as(sound.toString()).isTrue();
        assertThat(sound.get("nodes")).hasSize(3);

        int victim = (leader + 1) % 3;
        cluster.stop(victim);
        changeAByte(cluster.files.database(victim));
        cluster.start(victim);
        cluster.awaitLeader();

        JsonNode found = verify(leader);
        assertThat(found.get("equal").asBoolean()).as(found.toString()).isFalse();
        for (JsonNode node : found.get("nodes")) {
            assertThat(node.get("equal").asBoolean())
                    .as(found.toString())
                    .isEqualTo(node.get("nodeId").asInt() != victim);
        }
        awaitQuarantine(victim);
        assertThat(cluster.http(leader).get("/actuator/health/divergence").text())
                .contains("alarm", "node " + victim);

        cluster.stop(victim);
        cluster.start(victim);
        awaitQuarantine(victim);

        cluster.stop(victim);
        Files.delete(cluster.files.database(victim));
        Files.delete(directory.resolve("data/lightraft-" + victim + ".quarantine"));
        cluster.start(victim);
        cluster.awaitLeader();
        JsonNode mended = verify(victim);
        assertThat(mended.get("equal").asBoolean()).as(mended.toString()).isTrue();
        assertThat(cluster.http(victim).rows("SELECT a FROM t")).containsExactly(NEEDLE);
        await().untilAsserted(() -> assertThat(
                        cluster.http(leader).get("/actuator/health/divergence").text())
                .doesNotContain("alarm"));
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
