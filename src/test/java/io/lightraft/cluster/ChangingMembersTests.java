package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Once it has begun, a cluster knows its members from its log, and lightraft.toml may name others. */
class ChangingMembersTests {

    @TempDir
    Path directory;

    private GrowingCluster cluster;

    @BeforeEach
    void startThree() throws IOException {
        cluster = new GrowingCluster(directory);
        for (int node = 0; node < 3; node++) {
            cluster.writeToml(node, 3);
            cluster.start(node);
        }
        cluster.awaitVoters(0, 1, 2);
        cluster.http(0).run("CREATE TABLE t(n INTEGER PRIMARY KEY)", "INSERT INTO t VALUES(1)");
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aNodeThatOnlyItsOwnFileNamesJoinsVotesLeadsAndStaysOverARestartOfAll() throws Exception {
        cluster.writeToml(3, 4);
        cluster.start(3);
        cluster.refuse(
                1, "POST", "members", "{\"nodeId\":3}", 422, "clientAddress, rpcAddress, httpAddress are missing");
        cluster.succeed(1, "POST", "members", cluster.body(3));
        cluster.awaitVoters(0, 1, 2, 3);
        cluster.http(3).run("INSERT INTO t VALUES(2)");
        cluster.succeed(0, "POST", "leader", "{\"nodeId\":3}");
        cluster.awaitVoters(0, 1, 2, 3);
        cluster.stop(0);
        cluster.succeed(3, "DELETE", "members/0", "");
        cluster.start(0);
        await().atMost(GrowingCluster.PATIENCE)
                .untilAsserted(() -> assertThat(role(0)).isEqualTo("REMOVED"));
        cluster.http(1).run("INSERT INTO t VALUES(3)");

        cluster.stop(0, 1, 2, 3);
        cluster.start(1, 2, 3);
        cluster.awaitVoters(1, 2, 3);
        assertThat(cluster.http(2).rows("SELECT count(*) FROM t")).containsExactly("3");
        assertThat(cluster.http(3).rows("SELECT count(*) FROM t")).containsExactly("3");
        cluster.start(0);
        await().atMost(GrowingCluster.PATIENCE)
                .untilAsserted(() -> assertThat(role(0)).isEqualTo("REMOVED"));
        cluster.succeed(3, "POST", "members", "{\"nodeId\":0}");
        cluster.awaitVoters(0, 1, 2, 3);
    }

    @Test
    void twoAreReplacedAtOnceAndOneMoves() throws Exception {
        for (int node = 3; node < 5; node++) {
            cluster.writeToml(node, 5);
        }
        String exchange = "{\"add\":[" + cluster.body(3) + "," + cluster.body(4) + "],\"remove\":[0,1]}";
        cluster.refuse(
                0,
                "POST",
                "members/change?timeout=1s",
                exchange,
                504,
                "node 3 (nothing was heard of it)",
                "node 4 (nothing was heard of it)",
                "Nobody was removed");
        JsonNode members = cluster.succeed(2, "GET", "members", "").get("members");
        assertThat(members.size()).isEqualTo(5);
        assertThat(members.get(4).get("role").asString()).isEqualTo("LEARNER");
        cluster.refuse(0, "POST", "members/change", exchange.replace("[0,1]", "[0,7]"), 422, "node 7 is no member");

        cluster.start(3, 4);
        // The leader is among those that go.
        cluster.succeed(0, "POST", "leader", "{\"nodeId\":0}");
        cluster.refuse(
                1, "POST", "members", cluster.body(0).replace(cluster.rpcAddress(0), "a:1"), 422, "while it leads");
        cluster.succeed(1, "POST", "members/change?timeout=30s", exchange);
        cluster.awaitVoters(2, 3, 4);
        assertThat(cluster.succeed(2, "POST", "members/change", exchange)
                        .get("members")
                        .size())
                .isEqualTo(3);
        cluster.stop(0, 1);
        cluster.http(3).run("INSERT INTO t VALUES(2)");

        cluster.stop(3);
        String before = cluster.rpcAddress(3);
        cluster.move(3, 6);
        cluster.writeToml(3, 5);
        cluster.succeed(4, "POST", "members", cluster.body(3));
        cluster.start(3);
        cluster.awaitVoters(2, 3, 4);
        cluster.succeed(2, "POST", "leader", "{\"nodeId\":3}");
        cluster.http(2).run("INSERT INTO t VALUES(3)");

        cluster.stop(2, 3, 4);
        cluster.start(4, 3, 2);
        cluster.awaitVoters(2, 3, 4);
        assertThat(cluster.http(2).get("/actuator/raft").text())
                .contains(cluster.rpcAddress(3))
                .doesNotContain(before);
        assertThat(cluster.http(4).rows("SELECT count(*) FROM t")).containsExactly("3");
    }

    private String role(int node) throws IOException {
        return cluster.http(node).raft().get("role").asString();
    }
}
