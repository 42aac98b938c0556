package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.config.Launcher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Nodes whose data was removed while they were down, over real disks and real HTTP. */
class EmptiedDiskTests {

    @TempDir
    Path directory;

    private void remove(String names) throws IOException {
        try (Stream<Path> all = Files.list(directory.resolve("data"))) {
            for (Path root : all.filter(path -> path.getFileName().toString().matches(names))
                    .toList()) {
                try (Stream<Path> below = Files.walk(root)) {
                    for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
        }
    }

    private void empty(int node) throws IOException {
        remove("lightraft-" + node + "\\..*");
    }

    private static List<String> roles(HttpSql node) throws IOException {
        List<String> roles = new ArrayList<>();
        for (JsonNode member : node.raft().get("members")) {
            roles.add(member.get("role").asString());
        }
        return roles;
    }

    private static void awaitVoters(LocalCluster cluster) {
        await().atMost(LocalCluster.PATIENCE)
                .untilAsserted(() -> assertThat(roles(cluster.http(cluster.awaitLeader())))
                        .containsExactly("VOTER", "VOTER", "VOTER"));
    }

    @Test
    void anEmptiedFollowerAndAnEmptiedLeaderAreRebuiltWhileWritesGoOn() throws Exception {
        try (LocalCluster cluster = new LocalCluster(directory, 10_000)) {
            cluster.startAll();
            int leader = cluster.awaitLeader();
            cluster.http(leader).run("CREATE TABLE t(id INTEGER)");
            for (int emptied : new int[] {(leader + 1) % 3, leader}) {
                int other = (leader + 2) % 3;
                try (WriteLoad load = new WriteLoad("t" + emptied)) {
                    cluster.http(other).run("CREATE TABLE t" + emptied + "(id INTEGER)");
                    load.with(new HttpSql(cluster.files.http(other)));
                    await().atMost(LocalCluster.PATIENCE).until(() -> load.doneCount() > 50);
                    cluster.stop(emptied);
                    empty(emptied);
                    long before = load.doneCount();
                    await().atMost(LocalCluster.PATIENCE).until(() -> load.doneCount() > before + 50);
                    cluster.start(emptied);
                    awaitVoters(cluster);
                    long after = load.doneCount();
                    await().atMost(LocalCluster.PATIENCE).until(() -> load.doneCount() > after + 20);
                    load.finish();
                    load.assertTold(cluster.http(emptied).rows("SELECT id FROM t" + emptied));
                }
            }
            cluster.stopFollowersFirst();
            cluster.files.assertSameRows();
        }
    }

    @Test
    void whileAnotherIsDownAnEmptiedNodeStaysOutAndSaysSo() throws Exception {
        try (LocalCluster cluster = new LocalCluster(directory, 10_000)) {
            cluster.startAll();
            int leader = cluster.awaitLeader();
            cluster.http(leader).run("CREATE TABLE t(id INTEGER)", "INSERT INTO t VALUES(1)");
            int emptied = (leader + 1) % 3;
            int down = (leader + 2) % 3;
            cluster.stop(down);
            cluster.stop(emptied);
            empty(emptied);
            cluster.start(emptied);
            await().atMost(LocalCluster.PATIENCE).untilAsserted(() -> {
                JsonNode raft = cluster.http(emptied).raft();
                assertThat(raft.get("role").asString()).isEqualTo("BLANK");
                assertThat(raft.get("impediment").asString())
                        .isEqualTo("node " + emptied + " has no data: it waits for the leader of the cluster to take it"
                                + " in");
                assertThat(cluster.http(emptied).get("/readyz").status()).isEqualTo(503);
                assertThat(cluster.http(emptied)
                                .get("/actuator/health/readiness")
                                .text())
                        .contains("has no data");
            });
            cluster.start(down);
            awaitVoters(cluster);
            assertThat(cluster.http(emptied).rows("SELECT id FROM t")).containsExactly("1");
        }
    }

    @Test
    void aNodeThatLostOnlyOneOfLogAndDatabaseRefusesToStartAndWithoutBothItIsRebuilt() throws Exception {
        try (LocalCluster cluster = new LocalCluster(directory, 10_000)) {
            cluster.startAll();
            int leader = cluster.awaitLeader();
            cluster.http(leader).run("CREATE TABLE t(id INTEGER)", "INSERT INTO t VALUES(1)");
            int one = (leader + 1) % 3;
            int two = (leader + 2) % 3;
            cluster.stop(one);
            remove("lightraft-" + one + "\\.raft");
            assertThat(refusal(cluster, one))
                    .contains("not in the raft log beside it", "or remove both: then the node is");
            remove("lightraft-" + one + "\\.sqlite.*");
            remove("lightraft-" + one + "\\.raft");
            cluster.start(one);
            awaitVoters(cluster);

            cluster.stop(two);
            remove("lightraft-" + two + "\\.sqlite.*");
            assertThat(refusal(cluster, two)).contains("the database is empty, or was removed", "or remove both: then");
            empty(two);
            cluster.start(two);
            awaitVoters(cluster);
            assertThat(cluster.http(two).rows("SELECT id FROM t")).containsExactly("1");
        }
    }

    private static String refusal(LocalCluster cluster, int node) {
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Launcher launcher = new Launcher(new PrintStream(errors));
        boolean started = launcher.start(
                new String[] {"--node.index=" + node, "--lightraft.config=" + cluster.files.toml()}, name -> null);
        launcher.stop();
        assertThat(started).isFalse();
        assertThat(errors.toString().lines()).hasSize(1);
        return errors.toString();
    }

    @Test
    void twoOfThreeBeginAndTheThirdIsTakenInWhenItComes() throws Exception {
        try (LocalCluster cluster = new LocalCluster(directory, 10_000)) {
            cluster.start(0);
            assertThat(cluster.http(0).raft().get("role").asString()).isEqualTo("BLANK");
            cluster.start(2);
            cluster.http(cluster.awaitLeader()).run("CREATE TABLE t(id INTEGER)", "INSERT INTO t VALUES(1)");
            cluster.start(1);
            awaitVoters(cluster);
            assertThat(cluster.http(1).rows("SELECT id FROM t")).containsExactly("1");
            cluster.stopFollowersFirst();
            cluster.files.assertSameRows();
        }
    }
}
