package io.lightraft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.Lightraft;
import io.lightraft.node.EntryHeader;
import io.lightraft.node.LogRelay;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.HardState;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.DurableLogOptions;
import io.lightraft.storage.LogIdentity;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An entry that no node can apply is planted in the log of three nodes, which run as one process. */
class SkipCommandTests {

    private static final byte[] UNKNOWN_COMMAND = {99, 1, 2, 3};

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private ClusterConfig cluster;
    private @Nullable Process process;

    @BeforeEach
    void writeConfiguration() throws IOException {
        String toml = TestCluster.toml(3).replace("data/test", directory.resolve("data/test") + "");
        Files.writeString(directory.resolve("lightraft.toml"), toml);
        cluster = ConfigFile.load(directory.resolve("lightraft.toml"));
    }

    @AfterEach
    void endProcess() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void anEntryThatStopsEveryNodeIsSkippedByAnOperatorsWord() throws Exception {
        start();
        execute("CREATE TABLE t(a)", "INSERT INTO t VALUES(1)");
        assertThat(skip(1, 1)).contains("nothing was recorded", "in use");
        stop();
        long index = plant();

        start();
        await().atMost(Duration.ofSeconds(60)).until(() -> complaints().size() >= 2);
        if (process.waitFor(5, TimeUnit.SECONDS)) {
            assertThat(process.exitValue()).isEqualTo(1);
        } else {
            stop(); // two stopped before the third, which was starting, had heard that the entry is committed
        }
        assertThat(complaints())
                .allMatch(line -> line.contains("index " + index + " can't be applied")
                        && line.contains("skip --index=" + index));

        assertThat(skip(1, 0)).contains("has been applied");
        for (int node = 0; node < 3; node++) {
            assertThat(skip(index, node)).contains("node " + node + " will apply entry " + index);
        }

        start();
        execute("INSERT INTO t VALUES(2)");
        for (NodeConfig node : cluster.nodes()) {
            URI read = URI.create("http://" + node.http() + "/db/query?q=SELECT%20count(*)%20FROM%20t");
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(
                            () -> client.send(HttpRequest.newBuilder(read).build(), BodyHandlers.ofString())
                                    .body(),
                            reply -> reply.contains("[[2]]")); // linearizable, so it has applied all
        }
        stop();
        List<String> first = state(0);
        assertThat(first).contains("rows 1,2", "skips " + index);
        assertThat(state(1)).isEqualTo(first);
        assertThat(state(2)).isEqualTo(first);
    }

    // It knows that the entry is committed, and meets it before it is ready.
    @Test
    void aNodeThatCantGoOnWhileItStartsEndsItsProcess() throws Exception {
        start();
        execute("CREATE TABLE t(a)");
        stop();
        long index = plant();
        try (DurableLog log = log(0)) {
            HardState state = log.initialHardState();
            log.append(new HardState(state.term(), state.vote(), log.lastIndex()), List.of());
            log.sync();
        }

        start("-Dnode.index=0");
        assertThat(process.waitFor(60, TimeUnit.SECONDS))
                .as("it ends: %s", output())
                .isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(complaints()).anyMatch(line -> line.contains("skip --index=" + index));
    }

    @Test
    void saysWhatItNeeds() throws Exception {
        assertThat(said("skip", "--node.index=0")).contains("--index=N");
        assertThat(said("skip", "--index=x", "--node.index=0")).contains("--index=N");
        assertThat(said("skip", "--index=5")).contains("--node.index=N");
        assertThat(said("skip", "--index=5", "--node.index=1")).contains("there is no data of node 1");
    }

    private String skip(long index, int node) throws IOException {
        return said("skip", "--index=" + index, "--node.index=" + node);
    }

    private String said(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes);
        new SkipCommand(out, out)
                .run(
                        arguments,
                        name -> name.equals("lightraft.config")
                                ? directory.resolve("lightraft.toml").toString()
                                : null);
        return bytes.toString();
    }

    private DurableLog log(int node) {
        return DurableLog.open(
                cluster.driver().log(node),
                new LogIdentity("test", Integer.toString(node)),
                DurableLogOptions.DEFAULTS,
                new LogRelay());
    }

    /** Behind the last entry of the longest logs; the others get it from those. */
    private long plant() {
        long last = 0;
        for (int node = 0; node < 3; node++) {
            try (DurableLog log = log(node)) {
                last = Math.max(last, log.lastIndex());
            }
        }
        for (int node = 0; node < 3; node++) {
            try (DurableLog log = log(node)) {
                if (log.lastIndex() == last) {
                    byte[] data = new EntryHeader(EntryHeader.FORMAT_VERSION, 0, 0, new UUID(1, 1), 1)
                            .prepend(UNKNOWN_COMMAND);
                    log.append(HardState.EMPTY, List.of(new Entry(log.term(last), last + 1, EntryType.NORMAL, data)));
                    log.sync();
                }
            }
        }
        return last + 1;
    }

    private List<String> complaints() throws IOException {
        return output().lines().filter(line -> line.contains("node stops")).toList();
    }

    private List<String> state(int node) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection("jdbc:sqlite:" + cluster.driver().database(node))) {
            return List.of(
                    "rows " + value(connection, "SELECT group_concat(a) FROM t"),
                    "skips " + value(connection, "SELECT group_concat(entry_index) FROM _lightraft_skips"),
                    "hash " + value(connection, "SELECT outcome_hash FROM _lightraft_state"));
        }
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (ResultSet rows = connection.createStatement().executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "none";
        }
    }

    private void execute(String... statements) {
        String body = Arrays.stream(statements).map(sql -> '"' + sql + '"').collect(Collectors.joining(",", "[", "]"));
        URI uri = URI.create("http://" + cluster.nodes().get(0).http() + "/db/execute?timeout=30s");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    String reply = client.send(request, BodyHandlers.ofString()).body();
                    assertThat(reply).doesNotContain("error");
                    return reply.contains("results");
                });
    }

    private void start(String... properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath()));
        command.addAll(List.of(properties));
        command.add(Lightraft.class.getName());
        process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
    }

    private void stop() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"));
    }

    /** Without the tests' classes, whose logging is another. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
