package io.lightraft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bytes of formats as they were when they were given their numbers, in {@code src/test/resources/formats}: lines of
 * a name, a space and the text or the hexadecimal digits. Whoever changes a format sees it here, and gives it another
 * number, unless it has never been released.
 */
public final class Golden {

    private final String file;
    private final Map<String, String> kept = new TreeMap<>();

    private Golden(String file, String text) {
        this.file = file;
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.indexOf(' ');
            kept.put(line.substring(0, space), line.substring(space + 1));
        });
    }

    public static Golden of(String file) {
        try (InputStream in = Golden.class.getResourceAsStream("/formats/" + file)) {
            assertThat(in).as("src/test/resources/formats/%s", file).isNotNull();
            return new Golden(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All of them, by name. */
    public void assertEqual(Map<String, String> now) {
        StringBuilder text = new StringBuilder();
        now.forEach((name, value) -> text.append(name).append(' ').append(value).append('\n'));
        assertThat(now)
                .as("the formats of this release, to be compared with src/test/resources/formats/%s:%n%s", file, text)
                .isEqualTo(kept);
    }

    public byte[] bytes(String name) {
        return HexFormat.of().parseHex(text(name));
    }

    public String text(String name) {
        String value = kept.get(name);
        if (value == null) {
            throw new AssertionError(name + " is not in src/test/resources/formats/" + file);
        }
        return value;
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
