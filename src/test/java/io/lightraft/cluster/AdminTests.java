package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code /admin}, over real HTTP. */
class AdminTests {

    @TempDir
    static Path directory;

    private static LocalCluster cluster;
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() throws Exception {
        cluster = new LocalCluster(directory, 5_000);
        cluster.startAll();
        cluster.http(cluster.awaitLeader()).run("CREATE TABLE t(n INTEGER PRIMARY KEY)");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static HttpResponse<String> call(int node, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + cluster.files.http(node) + "/admin/" + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.ofString(body))
                .build();
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    private static JsonNode succeed(int node, String method, String path, String body) throws Exception {
        HttpResponse<String> reply = call(node, method, path, body);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return new JsonMapper().readTree(reply.body());
    }

    private static void refuse(int node, String method, String path, String body, int status, String words)
            throws Exception {
        HttpResponse<String> reply = call(node, method, path, body);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(status);
        assertThat(reply.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = new JsonMapper().readTree(reply.body());
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asString()).isNotEmpty();
        assertThat(problem.get("detail").asString()).contains(words);
    }

    private static void awaitAllVoters() {
        await().atMost(LocalCluster.PATIENCE).untilAsserted(() -> {
            JsonNode members =
                    succeed(cluster.awaitLeader(), "GET", "members", "").get("members");
            assertThat(members.size()).isEqualTo(3);
            members.forEach(member -> assertThat(member.get("role").asString()).isEqualTo("VOTER"));
        });
    }

    @Test
    void aFollowerSendsTheTransferOnToTheLeaderAndAnswersWhenTheNewOneLeads() throws Exception {
        awaitAllVoters();
        int next = (cluster.awaitLeader() + 1) % 3;
        assertThat(succeed(next, "POST", "leader", "{\"nodeId\":" + next + "}")
                        .get("leaderId")
                        .asInt())
                .isEqualTo(next);
        assertThat(cluster.awaitLeader()).isEqualTo(next);
        cluster.http(0).run("INSERT INTO t(n) VALUES(NULL)");
    }

    @Test
    void aRemovedNodeSaysSoAndComesBackAsALearnerThatBecomesAVoter() throws Exception {
        awaitAllVoters();
        int leader = cluster.awaitLeader();
        int gone = (leader + 1) % 3;
        int other = (leader + 2) % 3;
        assertThat(succeed(other, "DELETE", "members/" + gone, "")
                        .get("members")
                        .size())
                .isEqualTo(2);
        await().atMost(LocalCluster.PATIENCE).untilAsserted(() -> {
            assertThat(cluster.http(gone).raft().get("role").asString()).isEqualTo("REMOVED");
            assertThat(cluster.http(gone).get("/readyz").status()).isEqualTo(503);
        });
        refuse(leader, "DELETE", "members/" + gone, "", 422, "is no member");
        try (NcClient nc = cluster.nc(gone)) {
            assertThat(nc.ask("INSERT INTO t(n) VALUES(-1)")).contains("this node was removed", "Nothing was done");
        }
        assertThat(cluster.http(leader).rows("SELECT count(*) FROM t WHERE n = -1"))
                .containsExactly("0");
        cluster.http(leader).run("INSERT INTO t(n) VALUES(NULL)");
        succeed(gone == 0 ? leader : other, "POST", "members", "{\"nodeId\":" + gone + "}");
        awaitAllVoters();
        assertThat(cluster.http(gone).rows("SELECT count(*) > 0 FROM t")).containsExactly("1");
    }

    @Test
    void aDemotedVoterStaysALearnerUntilItIsPromotedWhoeverLeads() throws Exception {
        awaitAllVoters();
        int leader = cluster.awaitLeader();
        int demoted = (leader + 1) % 3;
        int other = (leader + 2) % 3;
        assertThat(role(succeed(other, "POST", "members/" + demoted + "/demote", ""), demoted))
                .isEqualTo("LEARNER");
        refuse(demoted, "POST", "members/" + demoted + "/demote", "", 422, "a learner already");
        succeed(leader, "POST", "leader", "{\"nodeId\":" + other + "}");
        refuse(leader, "POST", "leader", "{\"nodeId\":" + demoted + "}", 422, "no voter");
        // The new leader looks after its learners every few ticks, and has done so when it takes this one in again.
        cluster.http(demoted).run("INSERT INTO t(n) VALUES(NULL)");
        await().during(Duration.ofMillis(1500))
                .atMost(LocalCluster.PATIENCE)
                .untilAsserted(() -> assertThat(role(succeed(leader, "GET", "members", ""), demoted))
                        .isEqualTo("LEARNER"));
        assertThat(role(succeed(demoted, "POST", "members/" + demoted + "/promote", ""), demoted))
                .isEqualTo("VOTER");
        awaitAllVoters();
    }

    @Test
    void theLeaderCanBeDemotedAndAnotherTakesOver() throws Exception {
        awaitAllVoters();
        int demoted = cluster.awaitLeader();
        int other = (demoted + 1) % 3;
        assertThat(role(succeed(other, "POST", "members/" + demoted + "/demote", ""), demoted))
                .isEqualTo("LEARNER");
        await().atMost(LocalCluster.PATIENCE)
                .untilAsserted(() -> assertThat(
                                cluster.http(other).raft().get("leaderId").asString())
                        .isNotIn("null", Integer.toString(demoted)));
        cluster.http(demoted).run("INSERT INTO t(n) VALUES(NULL)");
        assertThat(succeed(other, "POST", "members/change", "{\"promote\":[" + demoted + "]}")
                        .get("members")
                        .size())
                .isEqualTo(3);
        awaitAllVoters();
    }

    private static String role(JsonNode members, int node) {
        return members.get("members").get(node).get("role").asString();
    }

    @Test
    void theLeaderCanBeRemovedAndAnotherTakesOver() throws Exception {
        awaitAllVoters();
        int gone = cluster.awaitLeader();
        int other = (gone + 1) % 3;
        assertThat(succeed(other, "DELETE", "members/" + gone, "")
                        .get("members")
                        .size())
                .isEqualTo(2);
        await().atMost(LocalCluster.PATIENCE).untilAsserted(() -> {
            assertThat(cluster.http(gone).raft().get("role").asString()).isEqualTo("REMOVED");
            assertThat(cluster.http(other).raft().get("leaderId").asString()).isNotIn("null", Integer.toString(gone));
        });
        cluster.http(other).run("INSERT INTO t(n) VALUES(NULL)");
        succeed(other, "POST", "members", "{\"nodeId\":" + gone + "}");
        awaitAllVoters();
    }

    @Test
    void oneJointChangeRemovesTwoAndTheyComeBackTogether() throws Exception {
        awaitAllVoters();
        int leader = cluster.awaitLeader();
        int one = (leader + 1) % 3;
        int two = (leader + 2) % 3;
        String both = "[" + one + "," + two + "]";
        assertThat(succeed(leader, "POST", "members/change", "{\"remove\":" + both + "}")
                        .get("members")
                        .size())
                .isEqualTo(1);
        cluster.http(leader).run("INSERT INTO t(n) VALUES(NULL)");
        succeed(leader, "POST", "members/change", "{\"add\":" + both + "}");
        awaitAllVoters();
    }

    @Test
    void aLeaderThatIsStoppedHandsOverFirst() throws Exception {
        awaitAllVoters();
        int leader = cluster.awaitLeader();
        long term = cluster.http(leader).raft().get("term").asLong();
        cluster.stop(leader);
        int next = cluster.awaitLeader();
        assertThat(cluster.http(next).raft().get("term").asLong()).isEqualTo(term + 1);
        cluster.http(next).run("INSERT INTO t(n) VALUES(NULL)");
        cluster.start(leader);
        awaitAllVoters();
    }

    @Test
    void aSnapshotIsTakenOnTheNodeThatIsAsked() throws Exception {
        awaitAllVoters();
        long index = succeed(0, "POST", "snapshot", "").get("index").asLong();
        assertThat(index).isPositive();
    }

    @Test
    void addressesThatCanNotBeMeantAreRefusedByTheNameOfTheirField() throws Exception {
        awaitAllVoters();
        String four = body(3);
        refuse(0, "POST", "members", four.replace("\"nodeId\":3", "\"nodeId\":10000"), 400, "nodeId");
        refuse(0, "POST", "members", "{\"nodeId\":-1}", 400, "nodeId");
        refuse(0, "POST", "members", "{\"rpcAddress\":\"a:1\"}", 400, "nodeId is missing");
        refuse(0, "POST", "members", "{\"nodeId\":3,\"rpc\":\"a:1\"}", 400, "'rpc' is not known");
        for (String wrong : List.of("7", "\"host\"", "\"host:0\"", "\"a\\u0000:1\"", "\"" + "a".repeat(400) + ":1\"")) {
            refuse(0, "POST", "members", four.replace("\"" + rpc(3) + "\"", wrong), 400, "rpcAddress");
        }
        refuse(0, "POST", "members", four.replace(rpc(3), rpc(1)), 422, "is taken: it is the rpcAddress of node 1");
        refuse(
                0,
                "POST",
                "members",
                four.replace(rpc(3), rpc(1).replace("127.0.0.1", "LOCALHOST")),
                422,
                "rpcAddress of node 1");
        refuse(
                1,
                "POST",
                "members",
                "{\"nodeId\":3,\"rpcAddress\":\"a:1\",\"httpAddress\":\"a:1\"}",
                422,
                "clientAddress is missing");
        refuse(2, "POST", "members", body(1), 422, "already, at these addresses");
        refuse(2, "POST", "members", "{\"nodeId\":1,\"httpAddress\":\"" + rpc(0) + "\"}", 422, "httpAddress");
        refuse(2, "POST", "members/change", "{\"add\":[" + body(3) + "," + body(3) + "]}", 400, "twice");
    }

    /** What adds a node with all its addresses, or moves it there; node 3 is none of the cluster. */
    private static String body(int node) {
        return "{\"nodeId\":%d,\"clientAddress\":\"%s\",\"rpcAddress\":\"%s\",\"httpAddress\":\"%s\"}"
                .formatted(
                        node,
                        node == 3 ? "a:1" : "127.0.0.1:" + cluster.files.nc(node),
                        rpc(node),
                        node == 3 ? "a:3" : "127.0.0.1:" + cluster.files.http(node));
    }

    private static String rpc(int node) {
        return node == 3 ? "a:2" : "127.0.0.1:" + cluster.files.rpc(node);
    }

    @Test
    void whatMakesNoSenseIsRefusedInClearWords() throws Exception {
        awaitAllVoters();
        int leader = cluster.awaitLeader();
        refuse(0, "GET", "nothing", "", 404, "GET /admin/members");
        refuse(0, "PUT", "members", "", 405, "GET, POST");
        refuse(0, "POST", "leader", "{", 400, "no JSON");
        refuse(0, "POST", "leader", "[1]", 400, "JSON object");
        refuse(0, "POST", "leader", "{\"nodeId\":1,\"nodeId\":2}", 400, "Duplicate");
        refuse(0, "POST", "leader", "{\"node\":1}", 400, "nodeId");
        refuse(0, "POST", "leader?timeout=soon", "{\"nodeId\":1}", 400, "duration");
        refuse(0, "POST", "leader", "{\"nodeId\":7}", 422, "no voter");
        refuse(0, "POST", "members", "{\"nodeId\":1}", 422, "already");
        refuse(0, "POST", "members", "{\"nodeId\":7}", 422, "lightraft.toml");
        refuse(0, "DELETE", "members/x", "", 400, "no index");
        refuse(0, "POST", "members/" + leader + "/promote", "", 422, "already");
        refuse(0, "POST", "members/7/demote", "", 422, "no member");
        refuse(0, "POST", "members/change", "{\"demote\":[0,1,2]}", 422, "no voter would be left");
        refuse(0, "POST", "members/change", "{\"demote\":[0,1],\"remove\":[2]}", 422, "no voter would be left");
        refuse(0, "POST", "members/change", "{\"demote\":[1],\"remove\":[1]}", 400, "twice");
        refuse(0, "POST", "members/change", "{\"remove\":[1,1]}", 400, "twice");
        refuse(0, "POST", "members/change", "{\"remove\":[0,1,2]}", 422, "no voter would be left");
    }
}
