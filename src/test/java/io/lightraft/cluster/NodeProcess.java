package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node as a process of its own: {@code java -jar target/lightraft.jar --node.index=N}. */
final class NodeProcess {

    /** No node may answer from the zone of its machine. */
    private static final List<String> ZONES = List.of("Asia/Tokyo", "America/New_York", "UTC");

    private static final Duration START_PATIENCE = Duration.ofSeconds(120);

    /** Variables that the JVM announces on stderr. */
    static final List<String> ANNOUNCED = List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS");

    final int node;
    private final ClusterFiles files;
    private final File output;
    private final File errors;
    private final Process process;

    private NodeProcess(ClusterFiles files, int node, Path toml) throws IOException {
        this.files = files;
        this.node = node;
        // Of one run only: what an earlier one said is kept by its own object's file.
        this.output = File.createTempFile("node-" + node + "-", ".out", files.directory.toFile());
        this.errors = File.createTempFile("node-" + node + "-", ".err", files.directory.toFile());
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of("--node.index=" + node, "--lightraft.config=" + toml));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(files.directory.toFile())
                .redirectOutput(Redirect.to(output))
                .redirectError(Redirect.to(errors));
        builder.environment().keySet().removeAll(ANNOUNCED);
        builder.environment().put("TZ", ZONES.get(node % ZONES.size()));
        this.process = builder.start();
    }

    static NodeProcess start(ClusterFiles files, int node) throws IOException {
        return start(files, node, files.toml());
    }

    static NodeProcess start(ClusterFiles files, int node, Path toml) throws IOException {
        return new NodeProcess(files, node, toml);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it knows a leader and has caught up. */
    void awaitReady() {
        await().atMost(START_PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    assertThat(process.isAlive())
                            .as("node %d runs: %s", node, said())
                            .isTrue();
                    return new HttpSql(files.http(node)).get("/readyz").status() == 200;
                });
    }

    /** Waits until it takes clients, with or without a leader. */
    void awaitStarted() {
        await().atMost(START_PATIENCE).until(() -> {
            assertThat(process.isAlive()).as("node %d runs: %s", node, said()).isTrue();
            return output().contains(" ready: ");
        });
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    /** SIGSTOP, SIGCONT, SIGTERM. */
    void signal(String name) throws IOException, InterruptedException {
        int done = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(done).isZero();
    }

    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS))
                .as("node %d ends: %s", node, said())
                .isTrue();
        return process.exitValue();
    }

    String output() {
        return read(output);
    }

    String errors() {
        return read(errors);
    }

    String said() {
        return output() + errors();
    }

    private static String read(File file) {
        try {
            return Files.readString(file.toPath());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The command line up to the jar. */
    static List<String> java() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // Small, and quick to start: several share two processors with the tests.
        return List.of(java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar());
    }

    private static String jar() {
        Path jar = Path.of(System.getProperty("basedir", "."), "target", "lightraft.jar");
        assertThat(jar).exists();
        return jar.toAbsolutePath().toString();
    }
}
