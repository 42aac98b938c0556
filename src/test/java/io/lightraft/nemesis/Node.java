package io.lightraft.nemesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** A node as a process in its namespace, again and again. */
final class Node {

    final int index;
    private final Path directory;
    private final List<String> command;
    private final Path output;
    private @Nullable Process process;
    private boolean frozen;

    /** @param jar a copy nobody builds over meanwhile */
    Node(int index, String namespace, Path directory, Path jar) {
        this.index = index;
        this.directory = directory;
        this.output = directory.resolve("node-" + index + ".log");
        this.command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-Dnode.index=" + index, "-jar", jar.toString()));
    }

    void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(output.toFile()));
        // The JVM announces these on stderr.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"));
        process = builder.start();
        frozen = false;
    }

    /** Runs as a process, frozen or not. */
    boolean runs() {
        Process now = process;
        return now != null && now.isAlive();
    }

    /** Whether it ended by itself. */
    boolean gaveUp() {
        Process now = process;
        return now != null && !now.isAlive();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        Process old = process;
        process = null;
        if (old != null) {
            old.destroyForcibly();
            assertThat(old.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    /**
     * SIGTERM.
     *
     * @return its exit code: 0, or 143 when the JVM had not come to our code yet; -1 if it did not end in time and was
     *     killed
     */
    int terminate(int patienceSeconds) throws IOException, InterruptedException {
        Process old = process;
        if (old == null) {
            return 0;
        }
        signal("TERM");
        int exit = old.waitFor(patienceSeconds, TimeUnit.SECONDS) ? old.exitValue() : -1;
        kill();
        return exit;
    }

    /** All it ever wrote, as when its disk was replaced by a new one. Not while it runs. */
    void loseDisk() throws IOException {
        try (var files = Files.newDirectoryStream(directory.resolve("data"), "lightraft-" + index + ".*")) {
            for (Path file : files) {
                FileSystemUtils.deleteRecursively(file);
            }
        }
    }

    void freeze() throws IOException {
        signal("STOP");
        frozen = true;
    }

    void thaw() throws IOException {
        if (frozen) {
            frozen = false;
            signal("CONT");
        }
    }

    /** Lines that a node never writes as long as it is sound, whatever happens around it: errors, stack traces. */
    List<String> complaints() throws IOException {
        try (var lines = Files.lines(output)) {
            return lines.filter(line -> !line.matches("\\S+ (INFO|WARN)  ?node=.*"))
                    .limit(50)
                    .toList();
        }
    }

    /** How often it has taken over a snapshot. */
    long snapshotsInstalled() throws IOException {
        try (var lines = Files.lines(output)) {
            return lines.filter(line -> line.contains("installed the snapshot") || line.contains("finished the inst"))
                    .count();
        }
    }

    private void signal(String name) throws IOException {
        Process now = process;
        if (now != null) {
            Shell.run("kill", "-" + name, Long.toString(now.pid()));
        }
    }
}
