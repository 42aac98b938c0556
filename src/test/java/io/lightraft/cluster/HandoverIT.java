package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long writes stand still when the leader goes, as somebody sees it who writes on a follower without a pause: the
 * longest time between two acknowledged writes. {@code -Dhandover.rounds=10} for figures.
 */
class HandoverIT {

    private static final int ROUNDS = Integer.getInteger("handover.rounds", 2);
    private static final long ELECTION_TIMEOUT_MILLIS = 1_000;
    private static final long WRITES = 100;

    @TempDir
    static Path directory;

    private static ProcessCluster cluster;

    private final List<Long> stallMillis = new ArrayList<>();
    private String table;

    private interface Event {
        void happen(int leader, int follower) throws Exception;
    }

    /** Writes through a follower, and when it was last told that it is done. */
    private static final class Stopwatch implements WriteLoad.Client {

        private final HttpSql follower;
        private long lastNanos = System.nanoTime();
        private long longestNanos;

        Stopwatch(HttpSql follower) {
            this.follower = follower;
        }

        @Override
        public Outcome insert(String table, long id) {
            Outcome outcome = follower.insert(table, id);
            if (outcome == Outcome.DONE) {
                told();
            }
            return outcome;
        }

        private synchronized void told() {
            long now = System.nanoTime();
            longestNanos = Math.max(longestNanos, now - lastNanos);
            lastNanos = now;
        }

        /** Gives the longest pause so far and begins anew. */
        synchronized long millis() {
            long millis = TimeUnit.NANOSECONDS.toMillis(longestNanos);
            longestNanos = 0;
            return millis;
        }
    }

    @BeforeAll
    static void makeCluster() throws Exception {
        cluster = new ProcessCluster(directory);
        cluster.startAll();
    }

    @BeforeEach
    void makeTable(TestInfo test) throws Exception {
        table = test.getTestMethod().orElseThrow().getName();
        cluster.http(0).run("CREATE TABLE " + table + "(id INTEGER)");
    }

    @AfterAll
    static void destroy() throws InterruptedException {
        cluster.destroy();
    }

    @Test
    void aLeaderThatIsStoppedHandsOverBeforeAnybodyMissesIt() throws Exception {
        measure((leader, follower) -> cluster.terminate(leader));
        print("SIGTERM to the leader");

        assertThat(medianMillis()).isLessThan(ELECTION_TIMEOUT_MILLIS / 2);
    }

    @Test
    void aLeaderThatIsToldToHandsOverBeforeAnybodyMissesIt() throws Exception {
        measure((leader, follower) -> {
            HttpSql.Reply reply = cluster.http(follower).post("/admin/leader", "{\"nodeId\":" + follower + "}");
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(cluster.leader()).isEqualTo(follower);
        });
        print("handing over by an admin call");

        assertThat(medianMillis()).isLessThan(ELECTION_TIMEOUT_MILLIS / 2);
    }

    @Test
    void aLeaderThatIsKilledIsReplacedSoon() throws Exception {
        measure((leader, follower) -> cluster.node(leader).kill());
        print("SIGKILL of the leader");

        assertThat(medianMillis()).isLessThan(4 * ELECTION_TIMEOUT_MILLIS);
    }

    private void measure(Event event) throws Exception {
        List<String> told = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            int leader = cluster.leader();
            int follower = cluster.others(leader)[round % 2];
            String part = table + round;
            cluster.http(follower).run("CREATE TABLE " + part + "(id INTEGER)");
            Stopwatch stopwatch = new Stopwatch(cluster.http(follower));
            try (WriteLoad load = new WriteLoad(part)) {
                load.with(stopwatch);
                awaitWrites(load);
                stopwatch.millis();
                event.happen(leader, follower);
                awaitWrites(load);
                stallMillis.add(stopwatch.millis());
                load.finish();
                told.add(load.toString());
                load.assertTold(cluster.http(follower).rows("SELECT id FROM " + part));
            }
            cluster.startAll();
        }
        System.out.println(told);
    }

    private static void awaitWrites(WriteLoad load) {
        long target = load.doneCount() + WRITES;
        await().atMost(LocalCluster.PATIENCE).until(() -> load.doneCount() >= target);
    }

    private long medianMillis() {
        return sorted().skip((stallMillis.size() - 1) / 2).findFirst().orElseThrow();
    }

    private LongStream sorted() {
        return stallMillis.stream().mapToLong(Long::longValue).sorted();
    }

    private void print(String what) {
        System.out.println(what + ", longest pause between two acknowledged writes, ms: "
                + sorted().boxed().toList());
    }
}
