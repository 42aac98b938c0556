package io.lightraft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.Lightraft;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lightraft as a process of its own: what it writes where, and how it ends. */
class LightraftProcessTests {

    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();
    private ClusterConfig cluster;

    @BeforeEach
    void writeConfiguration() throws IOException {
        String toml = TestCluster.toml(3);
        Files.writeString(directory.resolve("lightraft.toml"), toml);
        cluster = ConfigFile.parse("lightraft.toml", toml);
    }

    @AfterEach
    void endProcesses() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void withoutAnIndexAllNodesRunInOneProcessAndStopTogether() throws Exception {
        Process process = start(List.of("-Dnode.index="));

        awaitReady(process, 3);
        for (NodeConfig node : cluster.nodes()) {
            assertThat(status(node.http(), "/actuator/health")).isIn(200, 503);
            assertThat(status(node.rpc(), "/raft/nothing")).isEqualTo(404);
        }
        process.destroy();

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(errors()).isEmpty();
        for (NodeConfig node : cluster.nodes()) {
            assertThat(output())
                    .contains(
                            "node=" + node.index() + " ready: nc " + node.client() + ", http " + node.http() + ", rpc "
                                    + node.rpc() + ", data " + cluster.driver().database(node.index()))
                    .contains("node=" + node.index() + " stopping");
        }
    }

    @Test
    void withAnIndexOneNodeRuns() throws Exception {
        Process process = start(List.of(), "--node.index=1");

        awaitReady(process, 1);
        assertThat(output().lines())
                .allMatch(line -> line.contains(" node=1 "))
                .filteredOn(line -> line.contains(" ready: "))
                .hasSize(1);
        process.destroy();

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(errors()).isEmpty();
    }

    @Test
    void aStopWhileStartingIsNoFailureEither() throws Exception {
        Process process = start(List.of());

        awaitReady(process, 1);
        process.destroy();

        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(errors()).isEmpty();
    }

    @Test
    void aMissingFileIsOneLine() throws Exception {
        assertRefused(
                start(List.of("-Dlightraft.config=none.toml")),
                directory.toRealPath().resolve("none.toml") + " does not exist; -Dlightraft.config=FILE or"
                        + " --lightraft.config=FILE names another file");
    }

    @Test
    void anIndexOutOfRangeIsOneLine() throws Exception {
        assertRefused(start(List.of("-Dnode.index=7")), "node.index=7: lightraft.toml describes nodes 0 to 2");
    }

    @Test
    void aMistakeInTheFileIsOneLine() throws Exception {
        Files.writeString(directory.resolve("bad.toml"), "[cluster]\nname = \"x\n");

        assertRefused(
                start(List.of(), "--lightraft.config=bad.toml"),
                "bad.toml:2: not valid TOML: Invalid newline in basic string, you should use a multiline string or"
                        + " escape the newline by writing \\n. The string begins with: \"x\"");
    }

    @Test
    void aPortInUseIsOneLine() throws Exception {
        int port = cluster.nodes().get(2).rpc().port();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            assertRefused(
                    start(List.of()),
                    "port " + taken.getLocalPort() + " on 127.0.0.1 is in use (rpc of node 2); stop what listens"
                            + " there, or give the node another port");
        }
    }

    @Test
    void aDataDirectoryThatIsNotWritableIsOneLine() throws Exception {
        Files.writeString(directory.resolve("data"), "a file where the directory should be");

        assertRefused(
                start(List.of()),
                "the data directory data is not writable: data is not a directory; [driver] pathPrefix names"
                        + " another");
    }

    @Test
    void aDatabaseThatIsDamagedIsOneLine() throws Exception {
        Files.createDirectories(directory.resolve("data"));
        Files.writeString(directory.resolve("data/test-0.sqlite"), "no database ".repeat(100));

        assertRefused(
                start(List.of()),
                "node 0 can't start: can't open the database data/test-0.sqlite: file is not a database");
    }

    private void assertRefused(Process process, String line) throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertThat(errors()).isEqualTo(line + System.lineSeparator());
        assertThat(output()).isEmpty();
        assertThat(process.exitValue()).isEqualTo(1);
    }

    private void awaitReady(Process process, int nodes) {
        await().atMost(Duration.ofSeconds(120)).until(() -> {
            assertThat(process.isAlive())
                    .as("still runs; it said: %s", errors())
                    .isTrue();
            return output().lines().filter(line -> line.contains(" ready: ")).count() >= nodes;
        });
    }

    private Process start(List<String> jvmOptions, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath(), Lightraft.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("output").toFile())
                .redirectError(directory.resolve("errors").toFile());
        // The JVM announces these on stderr.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** Without the tests' classes, whose logging is another. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes/"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static int status(Endpoint endpoint, String path) throws Exception {
        URI uri = URI.create("http://" + endpoint + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output"));
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve("errors"));
    }
}
