package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Raft §7, on three nodes in this process: the log is shortened, and who is behind it gets a snapshot. */
class SnapshotTests {

    private static final int LOG_ENTRIES = 50;

    @TempDir
    Path directory;

    @Test
    void aFollowerBehindTheLogIsRebuiltWhileWritesGoOn() throws Exception {
        try (LocalCluster cluster = new LocalCluster(directory, 10_000)) {
            cluster.files.logEntries(LOG_ENTRIES);
            cluster.startAll();
            cluster.awaitLeader();
            HttpSql first = cluster.http(0);
            first.run("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)");
            int away = follower(cluster);
            cluster.stop(away);
            HttpSql stays = cluster.http(away == 0 ? 1 : 0);
            write(stays, 1, 400);
            await().atMost(LocalCluster.PATIENCE)
                    .untilAsserted(() -> assertThat(firstLogIndex(stays)).isGreaterThan(200));

            AtomicBoolean goOn = new AtomicBoolean(true);
            CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> writeWhile(stays, goOn));
            cluster.start(away);
            cluster.awaitLeader();
            HttpSql rebuilt = cluster.http(away);
            assertThat(firstLogIndex(rebuilt)).isGreaterThan(200);
            goOn.set(false);
            int last = writer.get();
            assertThat(rebuilt.rows("SELECT count(*) FROM t")).containsExactly(Integer.toString(last));

            // It goes on as a follower like any other, also over a restart.
            cluster.stop(away);
            cluster.start(away);
            cluster.awaitLeader();
            write(rebuilt, last + 1, last + 5);
            assertThat(rebuilt.rows("SELECT max(id) FROM t")).containsExactly(Integer.toString(last + 5));
            cluster.stopFollowersFirst();
            cluster.files.assertSameRows();
        }
        assertNoLeftovers();
    }

    private static int follower(LocalCluster cluster) throws IOException {
        return (cluster.http(0).raft().get("leaderId").asInt() + 1) % ClusterFiles.NODES;
    }

    private static long firstLogIndex(HttpSql node) throws IOException {
        return node.raft().get("firstLogIndex").asLong();
    }

    private static void write(HttpSql node, int from, int to) throws IOException {
        for (int id = from; id <= to; id++) {
            node.run("INSERT INTO t VALUES(" + id + ", hex(randomblob(200)))");
        }
    }

    private static int writeWhile(HttpSql node, AtomicBoolean goOn) {
        int id = 400;
        try {
            while (goOn.get()) {
                id++;
                write(node, id, id);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return id;
    }

    private void assertNoLeftovers() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            assertThat(all.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.endsWith("-wal") || name.endsWith(".part") || name.equals("installing"));
        }
    }
}
