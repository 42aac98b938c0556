package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lightraft.storage.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Real processes on disks that are full (a small tmpfs), and on one whose fsync fails (strace puts the error in). */
class DiskFaultIT {

    private static final Duration PATIENCE = LocalCluster.PATIENCE;
    private static final int DISK_MEBIBYTES = 96;

    @TempDir
    Path directory;

    private final List<SmallDisk> disks = new ArrayList<>();
    private ProcessCluster cluster;

    @RegisterExtension
    final AfterTestExecutionCallback afterFailure = context -> {
        if (context.getExecutionException().isPresent()) {
            System.out.println(cluster.said());
        }
    };

    @BeforeEach
    void describeCluster() {
        // Of 96 MiB, the log takes two segments of 16 MiB at once.
        cluster = new ProcessCluster(new ClusterFiles(directory, 20_000, "", "minFreeBytes = 33_554_432\n"));
    }

    @AfterEach
    void stopAll() throws InterruptedException {
        cluster.destroy();
        disks.forEach(SmallDisk::close);
    }

    @Test
    void writesMoveAwayFromAFullDiskAndAreRefusedWhenAllAreFullUntilThereIsRoom() throws Exception {
        for (int node = 0; node < 3; node++) {
            disks.add(SmallDisk.mount(cluster.files.log(node), DISK_MEBIBYTES));
        }
        cluster.startAll();
        HttpSql http = cluster.http(0);
        http.run("CREATE TABLE t(id INTEGER PRIMARY KEY, filler)");
        int acknowledged = 0;
        List<Integer> leaders = new ArrayList<>();
        for (int full = 0; full < 2; full++) {
            int leader = cluster.leader();
            leaders.add(leader);
            disks.get(leader).fillUpTo(1 << 20);
            await().atMost(PATIENCE).until(() -> cluster.leader() != leader);
            for (int i = 0; i < 20; i++) {
                http.run("INSERT INTO t(filler) VALUES(hex(zeroblob(500)))");
                acknowledged++;
            }
        }
        int last = cluster.leader();
        assertThat(leaders).doesNotContain(last).doesNotHaveDuplicates();
        disks.get(last).fillUpTo(1 << 20);
        await().atMost(PATIENCE)
                .until(() -> impediment(last).startsWith("disk full: less than the 32 MiB of minFreeBytes"));
        await().atMost(PATIENCE).untilAsserted(() -> {
            HttpSql.Reply refused = cluster.http(1).execute("5s", "INSERT INTO t(filler) VALUES('refused')");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text()).matches("(?s).*disk full on node \\d, which leads.*");
        });
        assertThat(http.rows("SELECT count(*) FROM t")).containsExactly(String.valueOf(acknowledged));

        for (SmallDisk disk : disks) {
            disk.clear();
        }
        await().atMost(PATIENCE).until(() -> impediment(last).isEmpty());
        http.run("INSERT INTO t(filler) VALUES('last')");
        for (int node = 0; node < 3; node++) {
            assertThat(cluster.http(node).rows("SELECT count(*) FROM t WHERE filler <> 'refused'"))
                    .containsExactly(String.valueOf(acknowledged + 1));
        }
        cluster.terminateAll();
        cluster.files.assertSameRows();
    }

    @Test
    void aNodeWhoseWholeDiskIsFullWaitsInMidWorkAndGoesOnWithAllItAcknowledged() throws Exception {
        cluster = new ProcessCluster(new ClusterFiles(directory, 20_000, "", "minFreeBytes = 0\n"));
        SmallDisk disk = SmallDisk.mount(directory.resolve("data"), 160);
        disks.add(disk);
        cluster.startAll();
        cluster.http(0).run("CREATE TABLE t(id INTEGER PRIMARY KEY, filler)");
        disk.fillUpTo(2 << 20);
        List<Long> acknowledged = new ArrayList<>();
        long id = 0;
        HttpSql.Reply reply;
        do {
            reply = cluster.http(0).execute("2s", "INSERT INTO t VALUES(" + ++id + ", hex(zeroblob(100000)))");
            if (reply.text().contains("\"rows_affected\":1")) {
                acknowledged.add(id);
            }
        } while (acknowledged.contains(id));
        System.out.println("acknowledged before the disk was full: " + acknowledged.size() + "; then: " + reply.text());
        assertThat(reply.text()).containsPattern("outcome unknown|disk full on node");
        await().atMost(PATIENCE)
                .until(() -> (impediment(0) + impediment(1) + impediment(2)).contains("disk full: no room to apply"));

        disk.clear();
        await().atMost(PATIENCE).until(() -> (impediment(0) + impediment(1) + impediment(2)).isEmpty());
        cluster.http(1).run("INSERT INTO t VALUES(0, NULL)");
        for (int node = 0; node < 3; node++) {
            assertThat(cluster.http(node).rows("SELECT id FROM t"))
                    .contains("0")
                    .containsAll(acknowledged.stream().map(String::valueOf).toList());
        }
        cluster.terminateAll();
        cluster.files.assertSameRows();
    }

    @Test
    void aFollowerWhoseDiskIsFullHoldsNobodyUpAndCatchesUpWhenThereIsRoom() throws Exception {
        cluster = new ProcessCluster(new ClusterFiles(directory, 20_000, "", "minFreeBytes = 0\n"));
        int full = 2;
        SmallDisk disk = SmallDisk.mount(cluster.files.log(full), DISK_MEBIBYTES);
        disks.add(disk);
        cluster.startAll();
        if (cluster.leader() == full) {
            cluster.http(0).post("/admin/leader", "{\"nodeId\": 0}");
            await().atMost(PATIENCE).until(() -> cluster.leader() != full);
        }
        HttpSql http = cluster.http(0);
        http.run("CREATE TABLE t(id INTEGER PRIMARY KEY, filler)");
        disk.fillUpTo(0);
        int rows = 0;
        while (rows < 50 || impediment(full).isEmpty() && rows < 1000) {
            http.run("INSERT INTO t(filler) VALUES('" + "x".repeat(500_000) + "')");
            rows++;
        }
        assertThat(impediment(full)).startsWith("disk full: no room for the next segment of the log in ");
        http.run("INSERT INTO t(filler) VALUES('after')");
        assertThat(http.rows("SELECT count(*) FROM t")).containsExactly(String.valueOf(rows + 1));

        disk.clear();
        await().atMost(PATIENCE).until(() -> impediment(full).isEmpty());
        assertThat(cluster.http(full).rows("SELECT count(*) FROM t")).containsExactly(String.valueOf(rows + 1));
        cluster.terminateAll();
        cluster.files.assertSameRows();
    }

    @Test
    void anFsyncThatFailsEndsTheProcessAndTheClusterGoesOnWithoutIt() throws Exception {
        cluster.startAll();
        int failing = cluster.leader();
        HttpSql survivor = cluster.http(cluster.others(failing)[0]);
        survivor.run("CREATE TABLE t(id INTEGER PRIMARY KEY)");
        for (int i = 0; i < 20; i++) {
            survivor.run("INSERT INTO t DEFAULT VALUES");
        }
        Process strace = failSyncs(cluster.node(failing));
        try {
            // The write that meets the failure goes on with the other two, and so do those after it.
            for (int i = 0; i < 20; i++) {
                survivor.run("INSERT INTO t DEFAULT VALUES");
            }
            assertThat(cluster.node(failing).awaitExit()).isEqualTo(1);
        } finally {
            strace.destroy();
            assertThat(strace.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(cluster.node(failing).output())
                .containsOnlyOnce("this node stops: can't write the log in ")
                .contains("Input/output error");

        cluster.start(failing).awaitReady();
        assertThat(cluster.http(failing).rows("SELECT count(*) FROM t")).containsExactly("40");
        cluster.terminateAll();
        cluster.files.assertSameRows();
    }

    private String impediment(int node) throws IOException {
        JsonNode impediment = cluster.http(node).raft().get("impediment");
        return impediment == null ? "" : impediment.asString();
    }

    private Process failSyncs(NodeProcess node) throws Exception {
        Process strace;
        try {
            strace = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-qq",
                            "-e",
                            "trace=fdatasync",
                            "-e",
                            "inject=fdatasync:error=EIO",
                            "-p",
                            Long.toString(node.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("strace.log").toFile())
                    .start();
        } catch (IOException absent) {
            return assumeTraceable(false);
        }
        boolean ended = strace.waitFor(2, TimeUnit.SECONDS);
        return ended ? assumeTraceable(false) : strace;
    }

    private static Process assumeTraceable(boolean possible) {
        assumeTrue(possible, "processes can't be traced here");
        throw new IllegalStateException();
    }
}
