package io.lightraft.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command on the data of a node that does not run, as its operator gives it; and what came of it. */
record OfflineCommand(int exitCode, String output, String errors) {

    static OfflineCommand run(ClusterFiles files, int node, String command, String... more) throws Exception {
        return run(List.of(), files, node, command, more);
    }

    /** @param tracer runs it */
    static OfflineCommand run(List<String> tracer, ClusterFiles files, int node, String command, String... more)
            throws Exception {
        List<String> line = new ArrayList<>(tracer);
        line.addAll(NodeProcess.java());
        line.addAll(List.of(command, "--node.index=" + node, "--lightraft.config=" + files.toml()));
        line.addAll(List.of(more));
        Path errors = Files.createTempFile(files.directory, "command-", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(line).directory(files.directory.toFile()).redirectError(errors.toFile());
        builder.environment().keySet().removeAll(NodeProcess.ANNOUNCED);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new OfflineCommand(process.exitValue(), output, Files.readString(errors));
    }
}
