package io.lightraft.nemesis;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import io.lightraft.linearizability.Result;
import io.lightraft.linearizability.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/**
 * Real processes, each in a network namespace of its own, under faults that a seed chooses; clients of all nodes write
 * and read meanwhile. What they saw must be linearizable, and in the end all files must hold the same.
 *
 * <p>{@code -Dnemesis.minutes=60}, {@code -Dnemesis.seed=N} and {@code -Dnemesis.nodes=3..5} make it longer, or do the
 * same again. All it leaves is in {@code target/nemesis/SEED}.
 */
class NemesisIT {

    private static final int SHORT_SECONDS = 25;
    private static final long EPOCH_MILLIS = 5_000;
    private static final int COUNTING_CLIENTS = 2;
    private static final int BALLAST_KB = 3_000;
    private static final List<Integer> LOG_ENTRIES = List.of(30, 100, 200);
    private static final Duration PATIENCE = Duration.ofSeconds(300);
    private static final String COMMAND = "./mvnw verify -Dit.test=NemesisIT -Dnemesis.minutes=%d -Dnemesis.nodes=%d"
            + " -Dnemesis.seed=%d -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false";

    private final int minutes = Integer.getInteger("nemesis.minutes", 0);
    private final int nodes = Integer.getInteger("nemesis.nodes", minutes == 0 ? 3 : 5);
    private final long seed =
            Long.getLong("nemesis.seed", ThreadLocalRandom.current().nextInt(1_000_000));
    private final Duration duration = minutes == 0 ? Duration.ofSeconds(SHORT_SECONDS) : Duration.ofMinutes(minutes);
    private final int epochs = (int) (duration.toMillis() / EPOCH_MILLIS) + 12;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<Workload<?, ?, ?>> workloads =
            List.of(new RegisterWorkload(), new ListWorkload(), new BankWorkload());

    @Test
    void whatClientsSeeUnderFaultsIsLinearizableAndAllNodesEndEqual() throws Exception {
        String command = String.format(COMMAND, minutes, nodes, seed);
        System.out.println("nemesis: " + command);
        Path directory = emptyDirectory();
        Random random = new Random(seed);
        int logEntries = LOG_ENTRIES.get(random.nextInt(LOG_ENTRIES.size()));
        log.add("logEntries = " + logEntries);
        try (Cluster cluster = new Cluster(network(), nodes, logEntries, directory, jar());
                Admin admin = new Admin(cluster::host)) {
            run(cluster, admin, random);
            FileSystemUtils.deleteRecursively(directory.resolve("data"));
        } catch (Throwable failure) {
            throw new AssertionError("seed " + seed + ", logs in " + directory + ", again with: " + command, failure);
        } finally {
            Files.write(directory.resolve("nemesis.log"), log);
        }
    }

    private void run(Cluster cluster, Admin admin, Random random) throws Exception {
        cluster.startAll();
        cluster.awaitReady();
        Sql anywhere = cluster.httpAnywhere(new Random(random.nextLong()));
        schema().forEach(statement -> untilDone(() -> anywhere.write(statement).fate() == Sql.Fate.DONE));
        Clients clients = clients(cluster, random);
        Counting counting = new Counting();
        for (int client = 0; client < COUNTING_CLIENTS; client++) {
            counting.start(cluster.httpAnywhere(new Random(random.nextLong())));
        }
        Members members = new Members(nodes, admin, new Random(random.nextLong()));
        Faults faults = new Faults(cluster, new AdminFaults(cluster, members, admin), minutes == 0);
        Nemesis nemesis = new Nemesis(faults, random, clients::answered, line -> {
            log.add(line);
            append(line);
        });
        nemesis.run(duration, () -> {
            cluster.assertNoneGaveUp();
            assertNoSurprise(clients.surprises());
            assertNoSurprise(counting.surprises());
            assertNoSurprise(admin.surprises());
        });
        nemesis.heal();
        members.awaitAllIn();
        cluster.awaitReady();
        clients.finish();
        counting.finish();
        assertNoSurprise(clients.surprises());
        assertNoSurprise(counting.surprises());
        int lastEpoch = clients.epoch();
        freshWrites(cluster, random, lastEpoch);
        for (int epoch = 0; epoch <= lastEpoch; epoch++) {
            int of = epoch;
            for (Workload<?, ?, ?> workload : workloads) {
                untilDone(() -> workload.readAll(clients.count(), anywhere, of));
            }
        }
        log.add(counting.assertExact(anywhere));
        admin.close();
        assertNoSurprise(admin.surprises());
        cluster.compareFiles();
        log.addAll(admin.counts());
        log.add("snapshots taken over: " + snapshotsInstalled(cluster));
        checkHistories();
        report(nemesis.counts(), faults.killedByForce());
        assertThat(complaints(cluster)).as("warnings and errors of the nodes").isEmpty();
    }

    private List<String> schema() {
        List<String> schema = new ArrayList<>(Counting.schema());
        workloads.forEach(workload -> schema.addAll(workload.schema(epochs)));
        // Makes files so large that a snapshot's transfer takes a while.
        schema.add("CREATE TABLE ballast(id INTEGER PRIMARY KEY, content BLOB)");
        schema.add("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + BALLAST_KB
                + ") INSERT INTO ballast SELECT i, randomblob(1000) FROM n");
        return schema;
    }

    private Clients clients(Cluster cluster, Random random) {
        Clients clients = new Clients(workloads, EPOCH_MILLIS, epochs);
        for (int node = 0; node < nodes; node++) {
            clients.start(cluster.http(node, new Random(random.nextLong())), random.nextLong());
            clients.start(cluster.nc(node), random.nextLong());
        }
        for (int client = 0; client < 2; client++) {
            clients.start(cluster.httpAnywhere(new Random(random.nextLong())), random.nextLong());
        }
        return clients;
    }

    /** On every node, through the same workloads, so that it is checked too. */
    private void freshWrites(Cluster cluster, Random random, int epoch) {
        for (int node = 0; node < nodes; node++) {
            Sql sql = cluster.http(node, random);
            untilDone(() -> sql.write("UPDATE bank SET balance = balance WHERE epoch = " + epoch)
                            .fate()
                    == Sql.Fate.DONE);
        }
    }

    private static void assertNoSurprise(List<Throwable> surprises) {
        if (!surprises.isEmpty()) {
            throw new AssertionError("somebody was told what can't be", surprises.get(0));
        }
    }

    private void checkHistories() throws IOException {
        List<String> violations = new ArrayList<>();
        for (Workload<?, ?, ?> workload : workloads) {
            Result<?, ?, ?> result = workload.check();
            log.add(workload.name() + ": " + result.verdict() + ", " + workload.fates());
            workload.failedReads().forEach((text, count) -> log.add("  " + count + " reads failed: " + text.strip()));
            if (result.verdict() != Verdict.OK) {
                Files.writeString(
                        file(workload.name() + ".history"),
                        workload.historyOf(result.obstacle().partition()) + result.describe());
            }
            // Too hard for the checker is no violation; the log tells how often it comes.
            violations.add(workload.violation(result));
        }
        violations.removeIf(String::isEmpty);
        assertThat(violations).isEmpty();
    }

    private void report(Map<String, Integer> counts, int killedByForce) {
        counts.forEach((fault, count) -> log.add(String.format("%4d  %s", count, fault)));
        log.add("nodes that had to be killed because they did not stop: " + killedByForce);
        log.stream().skip(Math.max(0, log.size() - counts.size() - 10)).forEach(System.out::println);
    }

    private long snapshotsInstalled(Cluster cluster) throws IOException {
        long count = 0;
        for (int node = 0; node < nodes; node++) {
            count += cluster.node(node).snapshotsInstalled();
        }
        return count;
    }

    private List<String> complaints(Cluster cluster) throws IOException {
        List<String> complaints = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            complaints.addAll(cluster.node(node).complaints());
        }
        return complaints;
    }

    private Network network() {
        try {
            return new Network(nodes);
        } catch (IOException impossible) {
            abort("network namespaces can't be made here: " + impossible.getMessage());
            throw new AssertionError(impossible);
        }
    }

    private Path emptyDirectory() throws IOException {
        Path directory = target().resolve("nemesis").resolve(String.valueOf(seed));
        FileSystemUtils.deleteRecursively(directory);
        return Files.createDirectories(directory);
    }

    private Path file(String name) {
        return target().resolve("nemesis").resolve(String.valueOf(seed)).resolve(name);
    }

    /** For whoever watches a long run; in the end the whole is written. */
    private void append(String line) {
        try {
            Files.writeString(file("nemesis.log"), line + "\n", CREATE, APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path jar() {
        Path jar = target().resolve("lightraft.jar");
        assertThat(jar).exists();
        return jar;
    }

    private static Path target() {
        return Path.of(System.getProperty("basedir", "."), "target").toAbsolutePath();
    }

    private static void untilDone(java.util.concurrent.Callable<Boolean> attempt) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(attempt);
    }
}
