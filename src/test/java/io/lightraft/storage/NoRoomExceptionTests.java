package io.lightraft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A full disk is known by the words of the C library, which speaks the language of the process. */
class NoRoomExceptionTests {

    /** Meets a full disk and says what it was told. */
    public static final class FullDisk {

        private FullDisk() {}

        public static void main(String[] args) {
            try (FileOutputStream full = new FileOutputStream("/dev/full")) {
                full.write(1);
            } catch (IOException e) {
                System.out.println(
                        (NoRoomException.of(e) instanceof NoRoomException ? "full: " : "other: ") + e.getMessage());
            }
        }
    }

    @Test
    void aFullDiskIsRecognisedWhateverLanguageTheProcessSpeaks() throws Exception {
        assertThat(meet("C")).isEqualTo("full: No space left on device");
        String german = meet("de_DE.UTF-8");
        assumeTrue(!german.endsWith("No space left on device"), "there is no German here");
        assertThat(german).startsWith("full: ");
    }

    @Test
    void aQuotaThatIsUsedUpIsAFullDiskAndABadDiskIsNot() {
        assertThat(NoRoomException.meansFull("data/x: Disk quota exceeded")).isTrue();
        assertThat(NoRoomException.meansFull("Input/output error")).isFalse();
        assertThat(NoRoomException.meansFull(null)).isFalse();
    }

    private static String meet(String locale) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FullDisk.class.getName());
        builder.environment().put("LC_ALL", locale);
        builder.environment().remove("LANGUAGE");
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }
}
