package io.lightraft.nemesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;

/** Short commands of the operating system. */
final class Shell {

    private Shell() {}

    /** @throws IOException with what the command said, if it can't be started or fails */
    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return said;
    }

    /** Runs what may fail because its work is done already. */
    static void attempt(String... command) {
        try {
            run(command);
        } catch (IOException nothingToDo) {
            // As it should be.
        }
    }

    static List<String> lines(String... command) throws IOException {
        return run(command).lines().toList();
    }
}
