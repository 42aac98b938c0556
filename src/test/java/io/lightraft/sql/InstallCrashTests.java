package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lightraft.node.Installation;
import io.lightraft.node.LogRelay;
import io.lightraft.node.StateMachine;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.DurableLogOptions;
import io.lightraft.storage.LogIdentity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with its state open, readers and a write-ahead log beside it, installs a snapshot. It is stopped at each
 * system call that writes to a file, makes something durable or gives it a name; what lies on the disk then is what a
 * kill would leave there. A start makes the old or the new of it, state, log and membership together.
 */
class InstallCrashTests {

    private static final String CALLS = "fsync,fdatasync,rename,unlink,ftruncate,pwrite64";
    private static final ConfState OLD = ConfState.ofVoters(List.of(1L, 2L, 3L));
    private static final ConfState NEW = ConfState.ofVoters(List.of(1L, 2L, 4L));
    private static final long OLD_INDEX = 3;
    private static final long NEW_INDEX = 20;
    private static final long LAST_IN_OLD_LOG = 9;
    private static final SnapshotMetadata SNAPSHOT = new SnapshotMetadata(NEW, NEW_INDEX, 2);

    @TempDir
    Path directory;

    /** The follower's process. */
    public static final class Follower {

        private Follower() {}

        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            SqliteStateMachine state = state(directory, "follower");
            state.apply(List.of(new Log(OLD_INDEX - 1).entry("INSERT INTO t VALUES('old, in the -wal')")));
            ReaderPool readers = ReaderPool.of(state, 2);
            readers.read(new Session(), Deadline.in(Duration.ofSeconds(10)), reader -> null);
            DurableLog log = log(directory);
            System.out.println("ready");
            System.in.read();
            Installation.run(directory.resolve("snapshots"), directory.resolve("copy"), SNAPSHOT, state, log);
            System.out.println("installed");
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void aKillAtAnyStepLeavesTheOldOrTheNew() throws Exception {
        leaveData();
        Process follower = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Follower.class.getName(),
                        directory.resolve("data").toString())
                .redirectErrorStream(true)
                .start();
        List<Path> stops = new ArrayList<>();
        try {
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(follower.getInputStream(), StandardCharsets.UTF_8));
            awaitLine(output, "ready");
            Path trace = directory.resolve("trace");
            Process strace = strace(follower.pid(), trace);
            follower.getOutputStream().write('\n');
            follower.getOutputStream().flush();
            while (awaitStop(follower, trace, stops.size())) {
                Path copy = directory.resolve("stop-" + stops.size());
                copy(directory.resolve("data"), copy);
                stops.add(copy);
                goOn(follower);
            }
            assertThat(strace.waitFor(10, TimeUnit.SECONDS)).isTrue();
            awaitLine(output, "installed");
        } finally {
            follower.destroyForcibly();
        }
        List<String> outcomes = new ArrayList<>();
        for (Path stop : stops) {
            outcomes.add(outcome(stop));
        }
        System.out.println("stopped at " + stops.size() + " steps: " + outcomes.indexOf("new") + " times the old");
        assertThat(outcomes).contains("old", "new").isSortedAccordingTo((a, b) -> b.compareTo(a));
    }

    private void leaveData() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        try (SqliteStateMachine leader = state(data, "leader")) {
            Log entries = new Log(0);
            leader.apply(List.of(entries.entry("CREATE TABLE t(a)"), entries.entry("INSERT INTO t VALUES('new')")));
            leader.apply(LongStream.rangeClosed(3, NEW_INDEX)
                    .mapToObj(index -> entries.empty(index == NEW_INDEX ? NEW : null))
                    .toList());
            leader.copyTo(data.resolve("copy"));
        }
        try (SqliteStateMachine follower = state(data, "follower");
                DurableLog log = log(data)) {
            follower.bootstrap(new StateMachine.Applied(1, 1, OLD));
            follower.apply(List.of(new Log(1).entry("CREATE TABLE t(a)", "INSERT INTO t VALUES('old')")));
            log.installSnapshot(new SnapshotMetadata(OLD, 1, 1));
            log.append(
                    new HardState(2, 1, OLD_INDEX),
                    LongStream.rangeClosed(2, LAST_IN_OLD_LOG)
                            .mapToObj(index -> Entry.empty(1, index))
                            .toList());
            log.sync();
        }
    }

    private static String outcome(Path data) throws IOException {
        try (SqliteStateMachine state = state(data, "follower");
                DurableLog log = log(data)) {
            StateMachine.Applied applied = Installation.recover(data.resolve("snapshots"), state, log);
            String rows = Log.run(state, "SELECT group_concat(a, '; ') FROM t").toString();
            assertThat(log.initialHardState().vote()).as("%s", data).isEqualTo(1);
            assertThat(log.initialHardState().term()).isEqualTo(2);
            if (applied.index() == OLD_INDEX) {
                assertThat(rows).as("%s", data).contains("old; old, in the -wal");
                assertThat(applied.confState()).isEqualTo(OLD);
                assertThat(log.lastIndex()).isEqualTo(LAST_IN_OLD_LOG);
                return "old";
            }
            assertThat(rows).as("%s", data).contains("[[new]]").doesNotContain("old");
            assertThat(applied).as("%s", data).isEqualTo(new StateMachine.Applied(NEW_INDEX, 2, NEW));
            assertThat(log.firstIndex()).isEqualTo(NEW_INDEX + 1);
            assertThat(log.lastIndex()).isEqualTo(NEW_INDEX);
            assertThat(log.term(NEW_INDEX)).isEqualTo(2);
            return "new";
        }
    }

    private static void awaitLine(BufferedReader output, String expected) throws IOException {
        List<String> lines = new ArrayList<>();
        String line = output.readLine();
        while (line != null && !line.equals(expected)) {
            lines.add(line);
            line = output.readLine();
        }
        assertThat(line).as("%s", lines).isEqualTo(expected);
    }

    private Process strace(long pid, Path trace) throws IOException {
        Process strace;
        try {
            strace = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-o",
                            trace.toString(),
                            "-e",
                            "trace=" + CALLS,
                            "-e",
                            "inject=" + CALLS + ":signal=SIGSTOP",
                            "-p",
                            Long.toString(pid))
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException absent) {
            assumeTrue(false, "there is no strace here");
            throw absent;
        }
        String attached = strace.inputReader().readLine();
        assumeTrue(attached != null && attached.contains("attached"), "processes can't be traced here: " + attached);
        return strace;
    }

    /** False when the process has ended instead. */
    private static boolean awaitStop(Process follower, Path trace, int before) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(60))
                .until(() -> !follower.isAlive() || stops(trace) > before);
        return follower.isAlive();
    }

    private static long stops(Path trace) throws IOException {
        try (Stream<String> lines = Files.lines(trace)) {
            return lines.filter(line -> line.contains("--- SIGSTOP {")).count();
        }
    }

    private static void goOn(Process follower) throws Exception {
        Process kill = new ProcessBuilder("kill", "-CONT", Long.toString(follower.pid())).start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }

    private static SqliteStateMachine state(Path data, String name) {
        return SqliteStateMachine.open(data.resolve(name + ".sqlite"), ClusterLimits.DEFAULT);
    }

    private static DurableLog log(Path data) {
        return DurableLog.open(
                data.resolve("follower.raft"),
                new LogIdentity("test", "0"),
                DurableLogOptions.DEFAULTS.withSegmentBytes(1 << 16),
                new LogRelay());
    }
}
