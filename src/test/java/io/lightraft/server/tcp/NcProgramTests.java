package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The program itself, where it is installed. */
class NcProgramTests extends ListenerTestSupport {

    private String nc = "";

    @BeforeEach
    void findNc() {
        nc = Stream.of(String.valueOf(System.getenv("PATH")).split(File.pathSeparator))
                .flatMap(directory -> Stream.of("nc.openbsd", "nc").map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
        assumeTrue(!nc.isEmpty(), "no nc on this machine");
    }

    private String nc(String input, String... options) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("input.sql"), input);
        String[] command = Stream.of(
                        Stream.of(nc), Stream.of(options), Stream.of("127.0.0.1", Integer.toString(listen().port())))
                .flatMap(words -> words)
                .toArray(String[]::new);
        Process process = new ProcessBuilder(command)
                .redirectInput(file.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aFileIsRunToItsEnd() throws IOException, InterruptedException {
        assertThat(nc(".multiline on\nCREATE TABLE t\n(a);\nINSERT INTO t\nVALUES (1);\nSELECT a\nFROM t;\n.quit\n"))
                .contains("1 row affected")
                .contains("| 1 |");
    }

    @Test
    void anEchoedLineIsAnsweredWhenTheInputIsClosedAfterIt() throws IOException, InterruptedException {
        assertThat(nc("SELECT 'hello' AS a;\n", "-q", "1"))
                .contains("Connected to node 1")
                .contains("| hello |");
    }
}
