package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two of three processes are lost for good; the third goes on alone, by {@code recover}. */
class RecoverIT {

    @TempDir
    Path directory;

    private ProcessCluster cluster;

    @RegisterExtension
    final AfterTestExecutionCallback afterFailure = context -> {
        if (context.getExecutionException().isPresent()) {
            System.out.println(cluster.said());
        }
    };

    @BeforeEach
    void describeCluster() {
        cluster = new ProcessCluster(directory);
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        cluster.destroy();
    }

    @Test
    void theLastNodeGoesOnAloneWithAllItHasAndTakesInOthersThatAreEmpty() throws Exception {
        cluster.startAll();
        int last = cluster.leader();
        int[] lost = cluster.others(last);
        HttpSql http = cluster.http(last);
        http.run("CREATE TABLE t(id INTEGER PRIMARY KEY)");
        for (int id = 1; id <= 30; id++) {
            http.run("INSERT INTO t VALUES(" + id + ")");
        }
        cluster.node(lost[0]).kill();
        cluster.node(lost[1]).kill();
        // It is in the log of the one node that is left, and nobody can know that it is nowhere else.
        assertThat(http.execute("1s", "INSERT INTO t VALUES(31)").text()).contains("outcome unknown");
        long lastIndex = http.raft().get("lastLogIndex").asLong();

        OfflineCommand running = recover(last, "--yes");
        assertThat(running.exitCode()).isEqualTo(1);
        assertThat(running.errors()).contains("in use by another process", "stop node " + last + " first");
        cluster.node(last).kill();

        OfflineCommand told = recover(last);
        assertThat(told.exitCode()).as(told.errors()).isEqualTo(2);
        assertThat(told.output())
                .contains(
                        "voters 0, 1, 2",
                        "node " + last + " alone",
                        "What may be lost",
                        "Nothing was changed",
                        ", index " + lastIndex);
        OfflineCommand done = recover(last, "--yes");
        assertThat(done.exitCode()).as(done.errors()).isZero();
        OfflineCommand again = recover(last, "--yes");
        assertThat(again.exitCode()).isZero();
        assertThat(again.output()).contains("only voter already");

        cluster.start(last).awaitReady();
        assertThat(http.rows("SELECT count(*), max(id) FROM t")).containsExactly("31|31");
        http.run("INSERT INTO t VALUES(32)");

        // With its old data a lost node is no member, and takes nothing from the recovered one nor gives it anything.
        NodeProcess old = cluster.start(lost[0]);
        await().atMost(LocalCluster.PATIENCE).until(() -> old.output().contains("on different sides of that"));
        assertThat(cluster.node(last).output()).contains("on different sides of that");
        http.run("INSERT INTO t VALUES(33)");
        assertThat(cluster.http(lost[0]).raft().get("leaderId").isNull()).isTrue();
        assertThat(http.raft().get("members")).hasSize(1);
        old.kill();

        empty(lost[0]);
        cluster.start(lost[0]);
        HttpSql.Reply added = http.post("/admin/members", "{\"nodeId\":" + lost[0] + "}");
        assertThat(added.status()).as(added.text()).isEqualTo(200);
        await().atMost(LocalCluster.PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> isVoter(http, lost[0]));
        assertThat(cluster.http(lost[0]).rows("SELECT count(*), max(id) FROM t"))
                .containsExactly("33|33");
        cluster.http(lost[0]).run("INSERT INTO t VALUES(34)");
        assertThat(http.rows("SELECT max(id) FROM t")).containsExactly("34");
    }

    private static boolean isVoter(HttpSql http, int node) throws IOException {
        for (JsonNode member : http.raft().get("members")) {
            if (member.get("nodeId").asInt() == node) {
                return member.get("role").asString().equals("VOTER");
            }
        }
        return false;
    }

    private void empty(int node) throws IOException {
        try (Stream<Path> data = Files.walk(directory.resolve("data"))) {
            for (Path file : data.sorted((a, b) -> b.compareTo(a)).toList()) {
                if (file.toString().contains("lightraft-" + node + ".")) {
                    Files.delete(file);
                }
            }
        }
    }

    private OfflineCommand recover(int node, String... more) throws Exception {
        return OfflineCommand.run(cluster.files, node, "recover", more);
    }
}
