package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LineReaderTests {

    private static LineReader reader(String input, int maxLineBytes) {
        return new LineReader(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), maxLineBytes);
    }

    private static List<String> texts(LineReader reader) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Line line = reader.readLine(); line != null; line = reader.readLine()) {
            texts.add(line.text());
        }
        return texts;
    }

    @Test
    void linesEndInLfOrCrlfAndAHalfOneIsNone() throws IOException {
        LineReader reader = reader("a\r\n\nb\rc\n\r\nhalf", 100);
        assertThat(texts(reader)).containsExactly("a", "", "b\rc", "");
        assertThat(reader.endedWithinLine()).isTrue();
    }

    @Test
    void linesAreWholeHoweverTheBytesArrive() throws IOException {
        String text = "été 日本 😀\nzwei\n";
        InputStream oneByOne = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, 1);
            }

            @Override
            public int read(byte[] bytes) {
                return read(bytes, 0, bytes.length);
            }
        };
        assertThat(texts(new LineReader(oneByOne, 100))).containsExactly("été 日本 😀", "zwei");
    }

    @Test
    void theLimitIsOnTheBytesBeforeTheLineBreak() throws IOException {
        String longest = "x".repeat(20_000);
        assertThat(texts(reader(longest + "\n", 20_000))).containsExactly(longest);
        assertThatThrownBy(() -> texts(reader(longest + "x\n", 20_000)))
                .isInstanceOf(LineReader.TooLongException.class)
                .hasMessageStartingWith("the line is longer than 20000 bytes.");
        assertThatThrownBy(() -> texts(reader(longest + "xy", 20_000))).isInstanceOf(LineReader.TooLongException.class);
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstLine() throws IOException {
        assertThat(texts(reader("\uFEFFa\n\uFEFFb\n", 100))).containsExactly("a", "\uFEFFb");
    }

    @Test
    void badBytesAreNamed() throws IOException {
        LineReader reader =
                new LineReader(new ByteArrayInputStream(new byte[] {'a', (byte) 0xC3, '(', '\n', 'b', 0, '\n'}), 100);
        assertThat(Objects.requireNonNull(reader.readLine()).problem())
                .isEqualTo("not UTF-8: byte 0xC3 at position 2. Nothing of it was run.");
        assertThat(Objects.requireNonNull(reader.readLine()).problem())
                .isEqualTo("a NUL character at position 2. Nothing of it was run.");
    }
}
