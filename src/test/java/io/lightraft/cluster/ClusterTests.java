package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/** Three nodes in one process, over real HTTP and real files. */
@ExtendWith(OutputCaptureExtension.class)
class ClusterTests {

    private static final String TIMEOUT = "&timeout=2s";
    private static final String NO_QUORUM = "no quorum: 1 of 3 voters reachable";

    @TempDir
    static Path directory;

    private static LocalCluster cluster;
    /** Of this test alone. */
    private String t;

    @BeforeAll
    static void makeCluster() {
        cluster = new LocalCluster(directory, 2_000);
    }

    @BeforeEach
    void startWhatIsNotRunning(TestInfo test) {
        t = test.getTestMethod().orElseThrow().getName();
        cluster.startAll();
        cluster.awaitLeader();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void whatIsWrittenOnAnyNodeIsReadOnEachAndStandsInEachFile() throws Exception {
        cluster.http(1).run("CREATE TABLE " + t + "(id INTEGER PRIMARY KEY, node INTEGER, at TEXT, dice INTEGER)");
        List<String> expected = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            for (int node = 0; node < 3; node++) {
                cluster.http(node)
                        .run("INSERT INTO " + t + "(node, at, dice) VALUES(" + node + ", datetime('now'), random())");
                expected.add(String.valueOf(node));
                for (int reader = 0; reader < 3; reader++) {
                    assertThat(cluster.http(reader).rows("SELECT node FROM " + t + " ORDER BY id"))
                            .isEqualTo(expected);
                }
            }
        }

        cluster.stopFollowersFirst();

        cluster.files.assertSameRows();
    }

    @Test
    void peopleWithNcSeeOneDatabase() throws Exception {
        try (NcClient nc0 = cluster.nc(0);
                NcClient nc1 = cluster.nc(1);
                NcClient nc2 = cluster.nc(2)) {
            assertThat(nc2.greeting).endsWith("Connected to node 2\n");
            assertThat(nc0.ask("CREATE TABLE people(name TEXT UNIQUE);")).isEqualTo("0 rows affected\n");
            assertThat(nc1.ask("INSERT INTO people VALUES('Ada'), ('Bob');")).isEqualTo("2 rows affected\n");
            for (NcClient nc : List.of(nc0, nc1, nc2)) {
                assertThat(nc.ask("SELECT name FROM people ORDER BY name"))
                        .contains("name")
                        .containsSubsequence("| Ada", "| Bob");
            }
            assertThat(nc2.ask("INSERT INTO people VALUES('Ada');"))
                    .contains("UNIQUE constraint failed: people.name")
                    .contains("\u001b[");
            assertThat(nc1.ask(".nodes")).contains("127.0.0.1:" + cluster.files.nc(0));
        }
    }

    @Test
    void withoutAQuorumReadsAndWritesFailInTimeAndSayWhy() throws Exception {
        int last = cluster.awaitLeader();
        cluster.http(last).run("CREATE TABLE " + t + "(id INTEGER)", "INSERT INTO " + t + " VALUES(1)");
        cluster.awaitSameIndex();
        for (int node = 0; node < 3; node++) {
            if (node != last) {
                cluster.stop(node);
            }
        }

        long startNanos = System.nanoTime();
        HttpSql.Reply read = cluster.http(last).query("SELECT id FROM " + t, TIMEOUT);
        HttpSql.Reply write = cluster.http(last).execute("2s", "INSERT INTO " + t + " VALUES(2)");
        String typed;
        try (NcClient nc = cluster.nc(last)) {
            typed = nc.ask("SELECT id FROM " + t);
        }
        assertThat(System.nanoTime() - startNanos).as("within the deadlines").isLessThan(10_000_000_000L);

        assertThat(read.status()).isEqualTo(503);
        assertThat(read.text()).startsWith(NO_QUORUM).doesNotContain("values");
        assertThat(write.text()).contains(NO_QUORUM);
        assertThat(typed).contains(NO_QUORUM).doesNotContain("| 1");
        assertThat(cluster.http(last)
                        .query("SELECT id FROM " + t, "&level=none")
                        .text())
                .as("who asks for what may be stale, gets it")
                .contains("[[1]]");
        await().untilAsserted(() -> assertThat(
                        cluster.http(last).get("/actuator/health/readiness").status())
                .isEqualTo(503));
        assertLevelsOverNc(last);
        assertThat(cluster.http(last).get("/readyz").text()).contains("[+]leader does not exist");
        JsonNode raft = cluster.http(last).raft();
        assertThat(raft.has("leaderId")).isTrue();
        assertThat(raft.get("leaderId").isNull()).isTrue();
        assertThat(cluster.http(last).get("/actuator/health/liveness").status())
                .as("it lives")
                .isEqualTo(200);
    }

    @Test
    void aNodeThatWasAwayCatchesUp() throws Exception {
        int leader = cluster.awaitLeader();
        int away = (leader + 1) % 3;
        cluster.http(leader).run("CREATE TABLE " + t + "(id INTEGER)");
        cluster.stop(away);
        for (int id = 0; id < 50; id++) {
            cluster.http((leader + 2) % 3).run("INSERT INTO " + t + " VALUES(" + id + ")");
        }

        cluster.start(away);
        cluster.awaitLeader();

        assertThat(cluster.http(away).rows("SELECT count(*) FROM " + t)).containsExactly("50");
        cluster.stopFollowersFirst();
        cluster.files.assertSameRows();
    }

    @Test
    void theActuatorShowsRaft() throws Exception {
        int leader = cluster.awaitLeader();
        cluster.http(leader).run("CREATE TABLE " + t + "(id INTEGER)");
        cluster.awaitSameIndex();

        await().untilAsserted(() -> cluster.http(leader)
                .raft()
                .get("members")
                .forEach(member -> assertThat(member.get("lag").asLong()).isZero()));
        JsonNode raft = cluster.http(leader).raft();
        assertThat(raft.get("nodeId").asInt()).isEqualTo(leader);
        assertThat(raft.get("role").asString()).isEqualTo("LEADER");
        assertThat(raft.get("term").asLong()).isPositive();
        assertThat(raft.get("leaderId").asInt()).isEqualTo(leader);
        assertThat(raft.get("commitIndex")).isEqualTo(raft.get("lastLogIndex"));
        assertThat(raft.get("firstLogIndex").asLong()).isEqualTo(2);
        assertThat(raft.get("snapshotIndex").asLong()).isEqualTo(1);
        assertThat(raft.get("members")).hasSize(3);
        for (JsonNode member : raft.get("members")) {
            int node = member.get("nodeId").asInt();
            assertThat(member.get("role").asString()).isEqualTo("VOTER");
            assertThat(member.get("leader").asBoolean()).isEqualTo(node == leader);
            assertThat(member.get("reachable").asBoolean()).isTrue();
            assertThat(member.get("httpAddress").asString()).isEqualTo("127.0.0.1:" + cluster.files.http(node));
            assertThat(member.get("matchIndex")).isEqualTo(raft.get("lastLogIndex"));
        }
        int follower = (leader + 1) % 3;
        assertThat(cluster.http(follower).raft().get("role").asString()).isEqualTo("FOLLOWER");
        assertThat(cluster.http(follower)
                        .get("/actuator/raft/status")
                        .json()
                        .get("leaderId")
                        .asInt())
                .isEqualTo(leader);
        assertThat(cluster.http(follower).get("/actuator/health/readiness").text())
                .contains("\"UP\"");
    }

    @Test
    void eachPortAnswersOnlyWhatIsItsOwn() throws Exception {
        HttpSql rpc = new HttpSql(cluster.files.rpc(0));
        for (String path : List.of("/readyz", "/db/query?q=SELECT+1", "/actuator/raft", "/actuator/health", "/")) {
            assertThat(rpc.get(path).status()).as("rpc port, %s", path).isEqualTo(404);
        }
        for (String path : List.of("/raft", "/raft/", "/raft/stream", "/raft;x/stream", "/db/../raft/stream")) {
            assertThat(cluster.http(0).get(path).status())
                    .as("http port, %s", path)
                    .isEqualTo(404);
        }
        assertThat(rpc.get("/raft/stream").status()).as("a stream is a POST").isEqualTo(405);
    }

    /** On a node that knows no leader. */
    private void assertLevelsOverNc(int node) throws Exception {
        Map<String, String> expected = Map.of(
                "none", "| 1 ",
                "none 1ms", "stale read",
                "weak", NO_QUORUM,
                "auto", NO_QUORUM,
                "linearizable", NO_QUORUM,
                "strong", NO_QUORUM);
        Map<String, NcClient> sessions = new HashMap<>();
        for (String level : expected.keySet()) {
            NcClient nc = cluster.nc(node);
            sessions.put(level, nc);
            assertThat(nc.ask(".consistency " + level)).isEmpty();
            nc.type("SELECT id FROM " + t);
        }
        for (String level : expected.keySet()) {
            assertThat(sessions.get(level).answer()).as(level).contains(expected.get(level));
            sessions.get(level).close();
        }
    }

    @Test
    void everyLineOfTheLogNamesItsNodeAndNoneWarns(CapturedOutput output) throws Exception {
        int leader = cluster.awaitLeader();
        cluster.http(leader).run("CREATE TABLE " + t + "(id INTEGER)");
        cluster.stop(leader);
        cluster.awaitLeader();
        cluster.start(leader);
        cluster.awaitLeader();
        cluster.close();

        assertThat(output.getAll()).contains("->LEADER").contains("node=" + leader + " stopping");
        assertThat(output.getAll().lines()).allMatch(line -> line.matches("\\S+ INFO  node=[012] .*"));
    }

    @Test
    void aNodeThatCanDoNothingMoreForAnybodyStopsAtOnce(CapturedOutput output) throws Exception {
        int last = cluster.awaitLeader();
        cluster.http(last).run("CREATE TABLE " + t + "(id INTEGER)");
        cluster.stop((last + 1) % 3);
        cluster.stop((last + 2) % 3);
        assertThat(cluster.http(last)
                        .execute("1s", "INSERT INTO " + t + " VALUES(2)")
                        .text())
                .contains(NO_QUORUM);

        long startNanos = System.nanoTime();
        cluster.stop(last);

        assertThat(System.nanoTime() - startNanos).isLessThan(2_500_000_000L);
        assertThat(output.getAll()).doesNotContain("WARN");
    }
}
