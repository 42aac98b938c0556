package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that repeats what it got no answer to, against three nodes that come and go. */
class ExactlyOnceTests {

    private static final int WRITES = 200;

    @TempDir
    static Path directory;

    private static LocalCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new LocalCluster(directory, 5_000);
        cluster.startAll();
        cluster.http(cluster.awaitLeader()).run("CREATE TABLE t(k INTEGER, n INTEGER PRIMARY KEY)");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** Goes from node to node, with a deadline so short that many outcomes stay unknown, until it is answered. */
    private static String untilAnswered(int k) {
        String[] answer = new String[1];
        int[] node = {k};
        await().atMost(LocalCluster.PATIENCE).pollDelay(java.time.Duration.ZERO).until(() -> {
            try {
                HttpSql.Reply reply = cluster.http(node[0]++ % ClusterFiles.NODES)
                        .executeOnce("key " + k, "5ms", "INSERT INTO t(k) VALUES(" + k + ")");
                answer[0] = reply.text();
                return reply.status() == 200;
            } catch (java.io.IOException down) {
                return false;
            }
        });
        return answer[0];
    }

    @Test
    void everyKeyIsAppliedOnceWhateverIsRepeatedAcrossLeadersAndRestarts() throws Exception {
        List<CompletableFuture<List<String>>> clients = new ArrayList<>();
        for (int client = 0; client < 2; client++) {
            int first = client;
            clients.add(CompletableFuture.supplyAsync(() -> {
                List<String> answers = new ArrayList<>();
                for (int k = first; k < WRITES; k += 2) {
                    answers.add(untilAnswered(k));
                }
                return answers;
            }));
        }
        for (int round = 0; round < 2; round++) {
            int leader = cluster.awaitLeader();
            cluster.stop(leader);
            cluster.startAll();
        }
        List<List<String>> answers = new ArrayList<>();
        for (CompletableFuture<List<String>> client : clients) {
            answers.add(client.get());
        }
        int leader = cluster.awaitLeader();
        assertThat(cluster.http(leader).rows("SELECT count(*), count(DISTINCT k) FROM t"))
                .containsExactly(WRITES + "|" + WRITES);

        for (int k = 0; k < WRITES; k += 50) {
            assertThat(untilAnswered(k))
                    .as("the first answer again")
                    .isEqualTo(answers.get(k % 2).get(k / 2));
        }
        HttpSql.Reply other = cluster.http(leader).executeOnce("key 0", "5s", "DELETE FROM t");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.text()).contains("key 0", "another request");

        cluster.stopFollowersFirst();
        cluster.files.assertSameRows();
    }

    @Test
    void aKeyGivenToTwoNodesAtOnceIsOneWriteWhoseResultOutlivesARestartOfAll() throws Exception {
        cluster.startAll();
        int leader = cluster.awaitLeader();
        cluster.http(leader).run("CREATE TABLE u(id INTEGER PRIMARY KEY, dice INTEGER UNIQUE)");
        String write = "INSERT INTO u(dice) VALUES(random()) RETURNING id, dice";
        String failing = "INSERT INTO u(id) VALUES(1)";
        try (NcClient nc = cluster.nc((leader + 1) % 3);
                NcClient other = cluster.nc((leader + 2) % 3)) {
            for (int round = 0; round < 5; round++) {
                nc.type(".once both" + round + " " + write);
                other.type(".once both" + round + " " + write);
                assertThat(nc.answer()).contains("| dice ").isEqualTo(other.answer());
            }
            assertThat(nc.ask("SELECT count(*) FROM u")).contains("| 5 ");
            assertThat(nc.ask(".once failing " + failing)).contains("UNIQUE constraint failed");
            assertThat(nc.ask("DELETE FROM u WHERE id = 1")).isEqualTo("1 row affected\n");
        }
        String first = cluster.http(leader).executeOnce("both0", "5s", write).text();

        for (int node = 0; node < 3; node++) {
            cluster.stop(node);
        }
        cluster.startAll();
        cluster.awaitLeader();

        for (int node = 0; node < 3; node++) {
            assertThat(cluster.http(node).executeOnce("both0", "5s", write).text())
                    .isEqualTo(first);
            assertThat(cluster.http(node).executeOnce("failing", "5s", failing).text())
                    .contains("UNIQUE constraint failed");
            assertThat(cluster.http(node).executeOnce("failing", "5s", write).status())
                    .isEqualTo(422);
            try (NcClient nc = cluster.nc(node)) {
                assertThat(nc.ask(".once both0 DELETE FROM u")).contains("both0", "another request");
            }
        }
        assertThat(cluster.http(0).rows("SELECT count(*) FROM u")).containsExactly("4");
    }
}
