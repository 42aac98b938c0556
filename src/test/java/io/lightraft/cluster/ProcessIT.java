package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Three processes, which are killed, stopped and started while people and programs write. */
class ProcessIT {

    private static final Duration PATIENCE = LocalCluster.PATIENCE;
    private static final int FAILOVER_TRIALS = 5;

    @TempDir
    static Path directory;

    private static ProcessCluster cluster;

    /** When something went wrong: what the processes said; and the next test has new ones. */
    @RegisterExtension
    final AfterTestExecutionCallback afterFailure = context -> {
        if (context.getExecutionException().isPresent()) {
            System.out.println(cluster.said());
            cluster.destroy();
        }
    };

    /** Of this test alone. */
    private String t;

    @BeforeAll
    static void makeCluster() {
        cluster = new ProcessCluster(directory);
    }

    @BeforeEach
    void startWhatIsNotRunning(TestInfo test) throws IOException {
        t = test.getTestMethod().orElseThrow().getName();
        cluster.startAll();
        cluster.http(0).run("CREATE TABLE " + t + "(id INTEGER)");
    }

    @AfterAll
    static void destroy() throws InterruptedException {
        cluster.destroy();
    }

    @Test
    void everyNodeReadsInTheZoneOfTheClusterWhateverThatOfItsMachine() throws Exception {
        String local = "datetime(id, 'unixepoch', 'localtime')";
        cluster.http(0).run("INSERT INTO " + t + " VALUES(1720000000)");
        for (int node = 0; node < 3; node++) {
            try (NcClient nc = cluster.nc(node)) {
                assertThat(nc.ask("SELECT " + local + ", strftime('%H', id, 'unixepoch', 'utc') FROM " + t))
                        .contains("| 2024-07-03 09:46:40 ")
                        .contains("| 09 ");
                assertThat(nc.ask("SELECT datetime('now', 'localtime') = datetime('now', 'utc')"))
                        .contains("| 1 ");
            }
        }
    }

    @Test
    void writesKeepTheirWordWhileTheLeaderIsKilledAndComesBack() throws Exception {
        try (WriteLoad load = new WriteLoad(t)) {
            startLoad(load);
            for (int round = 0; round < 2; round++) {
                awaitProgress(load, 100);
                int leader = cluster.leader();
                cluster.node(leader).kill();
                awaitProgress(load, 100);
                cluster.start(leader).awaitReady();
            }
            awaitProgress(load, 100);
            load.finish();
            System.out.println("leader killed twice: " + load);
            for (int node = 0; node < 3; node++) {
                load.assertTold(cluster.http(node).rows("SELECT id FROM " + t));
            }
        }

        cluster.terminateAll();

        cluster.files.assertSameRows();
        cluster.assertQuietLogs();
    }

    @Test
    void whatWasAcknowledgedOutlivesTheDeathOfAllNodes() throws Exception {
        try (WriteLoad load = new WriteLoad(t)) {
            startLoad(load);
            awaitProgress(load, 200);
            for (int node = 0; node < 3; node++) {
                cluster.node(node).signal("KILL");
            }
            cluster.destroy();
            cluster.startAll();
            awaitProgress(load, 50);
            load.finish();
            System.out.println("all nodes killed: " + load);
            load.assertTold(cluster.http(0).rows("SELECT id FROM " + t));
        }

        cluster.terminateAll();

        cluster.files.assertSameRows();
    }

    @Test
    void aWriteTypedOnAFollowerWhileTheLeaderDiesIsAnsweredWithWhatBecameOfIt() throws Exception {
        int leader = cluster.leader();
        List<NcClient> typists = new ArrayList<>();
        for (int node : cluster.others(leader)) {
            typists.add(cluster.nc(node));
        }
        // A leader that no longer works, but whose connections are open: the writes are on their way to it.
        cluster.node(leader).signal("STOP");
        for (int i = 0; i < typists.size(); i++) {
            typists.get(i).type("INSERT INTO " + t + " VALUES(" + i + ");");
        }
        cluster.node(leader).kill();

        for (NcClient typist : typists) {
            assertThat(typist.answer()).isEqualTo("1 row affected\n");
            typist.close();
        }
        int survivor = cluster.others(leader)[0];
        assertThat(cluster.http(survivor).rows("SELECT id FROM " + t + " ORDER BY id"))
                .containsExactly("0", "1");
    }

    @Test
    void aLeaderThatWasFrozenGivesNoStaleReadWhenItGoesOn() throws Exception {
        int old = cluster.leader();
        cluster.http(old).run("INSERT INTO " + t + " VALUES(1)");
        try (NcClient nc = cluster.nc(old)) {
            cluster.node(old).signal("STOP");
            int leader = cluster.leaderBesides(old);
            cluster.http(leader).run("INSERT INTO " + t + " VALUES(2)");
            // Asked while it is frozen, answered as soon as it goes on: it still believes to lead.
            nc.type("SELECT count(*) FROM " + t);
            List<CompletableFuture<HttpSql.Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                replies.add(cluster.http(old).queryLater("SELECT count(*) FROM " + t, "&level=linearizable"));
                replies.add(cluster.http(old).queryLater("SELECT count(*) FROM " + t, "&level=weak"));
            }
            CompletableFuture<HttpSql.Reply> local =
                    cluster.http(old).queryLater("SELECT count(*) FROM " + t, "&level=none&freshness=500ms");
            cluster.node(old).signal("CONT");

            assertThat(nc.answer()).contains("| 2");
            for (CompletableFuture<HttpSql.Reply> reply : replies) {
                assertThat(reply.get(30, TimeUnit.SECONDS).text()).contains("[[2]]");
            }
            assertThat(local.get(30, TimeUnit.SECONDS).text()).containsPattern("\\[\\[2]]|stale read");
            await().atMost(PATIENCE)
                    .until(() -> cluster.http(old).raft().get("role").asString().equals("FOLLOWER"));
        }
    }

    @Test
    void aTerminatedNodeAnswersWhatItWasAskedAndIsBackAtOnce() throws Exception {
        int leader = cluster.leader();
        try (WriteLoad load = new WriteLoad(t)) {
            startLoad(load);
            awaitProgress(load, 100);
            cluster.terminate(leader);
            awaitProgress(load, 100);
            cluster.start(leader).awaitReady();
            awaitProgress(load, 50);
            load.finish();
            System.out.println("leader terminated: " + load);
            load.assertTold(cluster.http(leader).rows("SELECT id FROM " + t));
        }
        cluster.terminateAll();
        cluster.files.assertSameRows();
        cluster.assertQuietLogs();
    }

    @Test
    void theTimeFromTheLeadersDeathToTheNextWriteIsShort() throws Exception {
        List<Long> millis = new ArrayList<>();
        for (int trial = 0; trial < FAILOVER_TRIALS; trial++) {
            int leader = cluster.leader();
            HttpSql survivor = cluster.http(cluster.others(leader)[trial % 2]);
            survivor.run("INSERT INTO " + t + " VALUES(" + trial + ")");
            long startNanos = System.nanoTime();
            cluster.node(leader).kill();
            survivor.run("INSERT INTO " + t + " VALUES(" + trial + ")");
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
            cluster.start(leader).awaitReady();
        }
        System.out.println("from SIGKILL of the leader to the next accepted write, ms: " + millis);

        assertThat(millis).allMatch(each -> each < 10_000);
    }

    /** Programs and people, on every node. */
    private void startLoad(WriteLoad load) {
        for (int node = 0; node < 3; node++) {
            load.with(cluster.http(node)).with(new NcTypist(cluster.files.nc(node)));
        }
    }

    private static void awaitProgress(WriteLoad load, long writes) {
        long target = load.doneCount() + writes;
        await().atMost(PATIENCE).until(() -> load.doneCount() >= target);
    }
}
