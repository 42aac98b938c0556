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
}
