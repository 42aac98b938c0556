package io.lightraft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents say of this project's own files is so. */
class DocumentationTests {

    private static final Pattern TEST_NAME = Pattern.compile("`(?:([A-Z]\\w*[a-z](?:Tests|IT))|(?=#))(?:#(\\w+))?`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "ARCHITECTURE.md", "docs/testing.md", "docs/formats.md", "docs/recovery.md"})
    void everyTestThatIsNamedExists(String document) throws IOException {
        Map<String, Path> sources = testSources();
        List<String> missing = new ArrayList<>();
        String lastClass = "";
        for (MatchResult name :
                TEST_NAME.matcher(Files.readString(Path.of(document))).results().toList()) {
            lastClass = name.group(1) == null ? lastClass : name.group(1);
            Path source = sources.get(lastClass);
            String method = name.group(2);
            if (source == null || (method != null && !Files.readString(source).contains("void " + method + "("))) {
                missing.add(name.group());
            }
        }

        assertThat(missing)
                .as("tests that %s names and that are not there", document)
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "ARCHITECTURE.md", "docs/testing.md", "docs/formats.md", "docs/recovery.md"})
    void everyLinkToAFileLeadsSomewhere(String document) throws IOException {
        Path folder = Path.of(document).toAbsolutePath().getParent();
        List<String> broken = LINK.matcher(Files.readString(Path.of(document)))
                .results()
                .map(link -> link.group(1))
                .filter(target -> !Files.exists(folder.resolve(target)))
                .toList();

        assertThat(broken).as("links of %s", document).isEmpty();
    }

    private static Map<String, Path> testSources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            Function.identity(),
                            (a, b) -> a));
        }
    }
}
