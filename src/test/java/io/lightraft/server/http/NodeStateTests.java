package io.lightraft.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.ReplicaException;
import io.lightraft.node.ReplicaStatus;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node tells about itself: the actuator's raft and health, and readyz. */
class NodeStateTests extends HttpApiTestBase {

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/raft", "/actuator/raft/status"})
    void showsTheLeadersViewOfTheCluster(String path) throws IOException {
        RawHttp.Reply reply = http.get(path);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("{\"nodeId\":0,\"role\":\"LEADER\",\"term\":7,\"leaderId\":0,\"commitIndex\":40,"
                        + "\"lastApplied\":39,\"lastLogIndex\":42,\"firstLogIndex\":10,\"snapshotIndex\":9,\"members\":["
                        + "{\"nodeId\":0,\"role\":\"VOTER\",\"leader\":true,\"clientAddress\":\"127.0.0.1:6453\","
                        + "\"rpcAddress\":\"127.0.0.1:56453\",\"httpAddress\":\"127.0.0.1:4001\",\"reachable\":true,"
                        + "\"matchIndex\":42,\"lag\":0},"
                        + "{\"nodeId\":1,\"role\":\"VOTER\",\"leader\":false,\"clientAddress\":\"127.0.0.1:6454\","
                        + "\"rpcAddress\":\"127.0.0.1:56454\",\"httpAddress\":\"127.0.0.1:4002\",\"reachable\":true,"
                        + "\"matchIndex\":40,\"lag\":2},"
                        + "{\"nodeId\":2,\"role\":\"LEARNER\",\"leader\":false,\"clientAddress\":\"127.0.0.1:6455\","
                        + "\"rpcAddress\":\"127.0.0.1:56455\",\"httpAddress\":\"127.0.0.1:4003\",\"reachable\":false,"
                        + "\"matchIndex\":0,\"lag\":42}]}");
    }

    @Test
    void showsThatTheLeaderIsUnknownAndLeavesOutWhatOnlyALeaderKnows() throws IOException {
        status.set(TestStatus.following(null, false, null));
        assertThat(http.get("/actuator/raft").body())
                .contains("\"role\":\"PRE_CANDIDATE\",\"term\":7,\"leaderId\":null,")
                .doesNotContain("matchIndex", "lag")
                .endsWith("\"httpAddress\":\"127.0.0.1:4002\"}]}");
    }

    @Test
    void hasNoOtherViewOfRaft() throws IOException {
        RawHttp.Reply reply = http.get("/actuator/raft/nothing");
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body()).isEmpty();
    }

    @Test
    void isAliveAndReadyWithALeader() throws IOException {
        assertHealth("", 200, "\"status\":\"UP\"");
        assertHealth("/liveness", 200, "\"status\":\"UP\"");
        assertHealth("/readiness", 200, "\"status\":\"UP\"");
        status.set(TestStatus.following(1, true, null));
        assertHealth("/readiness", 200, "\"leaderId\":1");
    }

    @Test
    void isAliveButNotReadyWithoutALeader() throws IOException {
        status.set(TestStatus.following(null, false, null));
        assertHealth("/liveness", 200, "\"status\":\"UP\"");
        assertHealth("/readiness", 503, "\"reason\":\"no leader is known\"");
        assertHealth("", 503, "\"status\":\"OUT_OF_SERVICE\"");
    }

    @Test
    void isAliveButNotReadyUntilItHasCaughtUp() throws IOException {
        status.set(TestStatus.following(1, false, null));
        assertHealth("/liveness", 200, "\"status\":\"UP\"");
        assertHealth("/readiness", 503, "\"reason\":\"has not caught up yet\"");
    }

    @Test
    void isNotAliveAfterAFailure() throws IOException {
        status.set(TestStatus.following(1, true, "the disk is full"));
        assertHealth("/liveness", 503, "\"reason\":\"stopped: the disk is full\"");
        assertHealth("/readiness", 503, "\"reason\":\"stopped: the disk is full\"");
    }

    @Test
    void readyzNamesWhatIsMissing() throws IOException {
        assertReadyz("", 200, "[+]node ok\n[+]leader ok\n[+]store ok\n[+]db ok");
        assertReadyz(TestStatus.following(null, false, null), "", 503, "[+]node ok\n[+]leader does not exist");
        assertReadyz("?noleader", 200, "[+]node ok");
        assertReadyz(TestStatus.following(1, false, null), "", 503, "[+]node ok\n[+]leader ok\n[+]store not ready");
        assertReadyz(TestStatus.following(1, true, "disk full"), "", 503, "[+]node stopped: disk full");
        assertReadyz("?noleader", 503, "[+]node stopped: disk full");
    }

    @Test
    void readyzWaitsForWhatIsCommitted() throws IOException {
        assertReadyz("?sync", 200, "[+]node ok\n[+]leader ok\n[+]store ok\n[+]sync ok\n[+]db ok");
        engine.failNext(new ReplicaException.NoLeader("no quorum: 1 of 3 voters reachable"));
        assertReadyz(
                "?sync&timeout=1s",
                503,
                "[+]node ok\n[+]leader ok\n[+]store ok\n[+]sync no quorum: 1 of 3 voters reachable");
    }

    private void assertHealth(String group, int expectedStatus, String part) throws IOException {
        RawHttp.Reply reply = http.get("/actuator/health" + group);
        assertThat(reply.status()).isEqualTo(expectedStatus);
        assertThat(reply.body()).contains(part);
    }

    private void assertReadyz(ReplicaStatus state, String query, int expectedStatus, String body) throws IOException {
        status.set(state);
        assertReadyz(query, expectedStatus, body);
    }

    private void assertReadyz(String query, int expectedStatus, String body) throws IOException {
        RawHttp.Reply reply = http.get("/readyz" + query);
        assertThat(reply.body()).isEqualTo(body);
        assertThat(reply.status()).isEqualTo(expectedStatus);
        assertThat(reply.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
    }
}
