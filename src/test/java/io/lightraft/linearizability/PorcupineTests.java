package io.lightraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The verdicts on histories that were recorded and judged by others: the test data of porcupine, which is not part of
 * this project, from the directory that the property {@code lightraft.porcupine} names, else
 * {@code ../shared/porcupine}.
 */
class PorcupineTests {

    private static final Path DIRECTORY = Path.of(System.getProperty("lightraft.porcupine", "../shared/porcupine"));

    /** A register in etcd. The file {@code verdicts.txt} says of each history whether it is linearizable. */
    @TestFactory
    Stream<DynamicTest> agreesOnEveryRegisterOfEtcd() throws IOException {
        Path directory = DIRECTORY.resolve("jepsen");
        if (!Files.isDirectory(directory)) {
            return skipped(directory);
        }
        Map<String, Boolean> verdicts = verdicts(directory.resolve("verdicts.txt"));
        return files(directory, ".log").stream().map(file -> {
            String name = file.getFileName().toString();
            return DynamicTest.dynamicTest(name, file.toUri(), () -> {
                var history = RecordedHistories.register(file);
                if (verdicts.containsKey(name)) {
                    assertVerdict(new Checker().check(new RegisterModel<>(), history), verdicts.get(name));
                } else {
                    // The cluster of that run did not start: nothing was recorded, and nothing judged.
                    assertThat(history).isEmpty();
                }
            });
        });
    }

    /** Stores with 1, 10 and 50 clients, of which the name of the file tells the verdict. */
    @TestFactory
    Stream<DynamicTest> agreesOnEveryKeyValueStore() throws IOException {
        Path directory = DIRECTORY.resolve("kv");
        if (!Files.isDirectory(directory)) {
            return skipped(directory);
        }
        return files(directory, ".txt").stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), file.toUri(), () -> {
                    var history = RecordedHistories.keyValue(file);
                    assertVerdict(
                            new Checker().check(new KeyValueModel().perKey(), history),
                            file.toString().endsWith("-ok.txt"));
                }));
    }

    private static void assertVerdict(Result<?, ?, ?> result, boolean linearizable) {
        assertThat(result.verdict())
                .as(result.describe())
                .isEqualTo(linearizable ? Verdict.OK : Verdict.NOT_LINEARIZABLE);
    }

    /** Lines of a file name and true or false; {@code #} begins a comment. */
    private static Map<String, Boolean> verdicts(Path file) throws IOException {
        Map<String, Boolean> verdicts = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String[] words = line.trim().split("\\s+");
                verdicts.put(words[0], Boolean.valueOf(words[1]));
            }
        }
        return verdicts;
    }

    private static List<Path> files(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .collect(Collectors.toCollection(ArrayList::new));
        }
    }

    private static Stream<DynamicTest> skipped(Path directory) {
        return Stream.of(DynamicTest.dynamicTest(
                "no test data", () -> assumeTrue(false, "no test data in " + directory.toAbsolutePath())));
    }
}
