package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lightraft.raft.DataDrivenFile.Directive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Runs the test data that etcd's Raft is published with, which is not part of this project: from the directory that
 * the property {@code lightraft.etcd-raft} names, else {@code ../shared/etcd-raft}.
 */
final class OracleFiles {

    private OracleFiles() {}

    /**
     * One test for each file of a folder; a folder that is not there is a skipped test.
     *
     * @param handlers makes what answers the directives of one file, in order
     */
    static Stream<DynamicTest> tests(String folder, Supplier<Function<Directive, String>> handlers) {
        return testsIn(Path.of(System.getProperty("lightraft.etcd-raft", "../shared/etcd-raft"), folder), handlers);
    }

    /** The same for a directory of any place. */
    static Stream<DynamicTest> testsIn(Path directory, Supplier<Function<Directive, String>> handlers) {
        if (!Files.isDirectory(directory)) {
            return Stream.of(DynamicTest.dynamicTest(
                    "no test data", () -> assumeTrue(false, "no test data in " + directory.toAbsolutePath())));
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().collect(Collectors.toList()).stream()
                    .map(file -> DynamicTest.dynamicTest(
                            file.getFileName().toString(), file.toUri(), () -> run(file, handlers.get())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(Path file, Function<Directive, String> handler) {
        for (Directive directive : DataDrivenFile.read(file)) {
            String name = file.getFileName() + ":" + directive.line() + " "
                    + directive.command().name();
            assertThat(normalized(handler.apply(directive))).as(name).isEqualTo(normalized(directive.expected()));
        }
    }

    /** Without log lines, which are no part of the behaviour; nothing else to say is {@code ok}. */
    private static String normalized(String output) {
        String text = output.lines()
                .filter(line -> !line.matches("\\s*(DEBUG|INFO|WARN|ERROR|FATAL|PANIC) .*"))
                .collect(Collectors.joining("\n"))
                .stripTrailing();
        return text.isEmpty() ? "ok" : text;
    }
}
