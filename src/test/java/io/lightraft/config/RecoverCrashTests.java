package io.lightraft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lightraft.Lightraft;
import io.lightraft.node.StateMachine;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.sql.ClusterLimits;
import io.lightraft.sql.SqliteStateMachine;
import io.lightraft.storage.DurableLog;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real process that makes a snapshot and installs it (as {@code recover} does) is killed before each of its system
 * calls that make something durable or give it a name: state, log and membership are the old ones or the new ones.
 */
class RecoverCrashTests {

    private static final ConfState THREE = ConfState.ofVoters(List.of(1L, 2L, 3L));
    private static final long LAST = 50;
    private static final String CALLS = "fsync,fdatasync,rename,unlink";

    private static final Pattern CALL = Pattern.compile("(\\d+) +(\\w+)\\(.*");

    @TempDir
    Path directory;

    private ClusterConfig cluster;

    @BeforeEach
    void configure() throws IOException {
        String toml = TestCluster.toml(3).replace("data/test", directory.resolve("data/test") + "");
        Files.writeString(directory.resolve("lightraft.toml"), toml);
        cluster = ConfigFile.load(directory.resolve("lightraft.toml"));
    }

    @Test
    void aKillAtAnyStepLeavesTheOldOrTheNew() throws Exception {
        leaveData();
        List<Step> steps = stepsOfARecovery();
        assertThat(steps.stream().map(Step::call)).contains("fsync", "fdatasync", "rename", "unlink");
        Set<String> outcomes = new TreeSet<>();
        for (Step step : steps) {
            leaveData();
            String killed = run("-e", "inject=" + step.call() + ":signal=SIGKILL:when=" + step.number());
            assertThat(killed).as("step %s", step).contains("killed by SIGKILL");
            // What a start does first, and the same command given again.
            String told = told();
            String outcome = told.contains("only voter already") ? "new" : "old";
            outcomes.add(outcome);
            try (DurableLog log = node().openLog();
                    SqliteStateMachine state = state()) {
                StateMachine.Applied applied = state.applied();
                if (outcome.equals("old")) {
                    assertThat(told).contains("voters 0, 1, 2", "term 6, index 50");
                    assertThat(applied.confState()).as("step %s", step).isEqualTo(THREE);
                    assertThat(applied.index()).isEqualTo(1);
                    assertThat(state.lineage()).isEqualTo("original");
                    assertThat(log.initialHardState()).isEqualTo(new HardState(7, 2, 40));
                    assertThat(log.firstIndex()).isEqualTo(2);
                    assertThat(log.lastIndex()).isEqualTo(LAST);
                } else {
                    assertThat(applied.confState()).as("step %s", step).isEqualTo(ConfState.ofVoters(List.of(2L)));
                    assertThat(applied.index()).isEqualTo(LAST + 1);
                    assertThat(state.lineage()).hasSize(36);
                    assertThat(log.initialHardState().term()).isEqualTo(applied.term());
                    assertThat(log.firstIndex()).isEqualTo(LAST + 2);
                    assertThat(log.term(LAST + 1)).isEqualTo(applied.term());
                }
            }
        }
        assertThat(outcomes).containsExactly("new", "old");
    }

    private void leaveData() throws IOException {
        if (Files.exists(directory.resolve("data"))) {
            try (Stream<Path> all = Files.walk(directory.resolve("data"))) {
                for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
        try (SqliteStateMachine state = state()) {
            state.bootstrap(new StateMachine.Applied(1, 1, THREE));
        }
        try (DurableLog log = node().openLog()) {
            log.installSnapshot(new SnapshotMetadata(THREE, 1, 1));
            log.append(
                    new HardState(7, 2, 40),
                    LongStream.rangeClosed(2, LAST)
                            .mapToObj(index -> Entry.empty(index < 45 ? 5 : 6, index))
                            .toList());
            log.sync();
        }
    }

    /** The n-th call of its kind in the thread that makes and installs the snapshot. */
    private record Step(String call, int number) {}

    /** From the moment on when the snapshot is whole: those that matter, or all of them with -Dcrash.steps=all. */
    private List<Step> stepsOfARecovery() throws Exception {
        String trace = run();
        assertThat(told()).contains("only voter already");
        String worker = trace.lines()
                .filter(line -> line.contains("recovered.part"))
                .findFirst()
                .map(line -> line.substring(0, line.indexOf(' ')))
                .orElseThrow();
        List<Step> steps = new ArrayList<>();
        Map<String, Integer> counts = new HashMap<>();
        boolean whole = false;
        for (String line : trace.lines().toList()) {
            Matcher call = CALL.matcher(line);
            if (!call.matches() || !call.group(1).equals(worker)) {
                continue;
            }
            int number = counts.merge(call.group(2), 1, Integer::sum);
            whole |= call.group(2).equals("rename");
            boolean matters = !call.group(2).equals("fsync") && !line.contains("-shm") || line.contains("/data>");
            if (whole && line.contains("/data") && (matters || "all".equals(System.getProperty("crash.steps")))) {
                steps.add(new Step(call.group(2), number));
            }
        }
        return steps;
    }

    private String run(String... injection) throws Exception {
        Path trace = directory.resolve("trace");
        List<String> line =
                new ArrayList<>(List.of("strace", "-f", "-y", "-o", trace.toString(), "-e", "trace=" + CALLS));
        line.addAll(List.of(injection));
        line.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                Lightraft.class.getName(),
                "recover",
                "--node.index=1",
                "--yes",
                "--lightraft.config=" + directory.resolve("lightraft.toml")));
        Process process;
        try {
            process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output").toFile())
                    .start();
        } catch (IOException absent) {
            assumeTrue(false, "there is no strace here");
            throw absent;
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String traced = Files.exists(trace) ? Files.readString(trace) : "";
        assumeTrue(traced.contains("("), "processes can't be traced here");
        return traced;
    }

    private String told() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes);
        String[] arguments = {"recover", "--node.index=1", "--lightraft.config=" + directory.resolve("lightraft.toml")};
        new RecoverCommand(out, out).run(arguments, name -> null);
        return bytes.toString();
    }

    private OfflineNode node() {
        return new OfflineNode(cluster, cluster.nodes().get(1));
    }

    private SqliteStateMachine state() {
        return SqliteStateMachine.open(cluster.driver().database(1), ClusterLimits.DEFAULT);
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
