package io.lightraft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineReaderTests {

    @Test
    void givesEveryLineWhateverPiecesTheyComeIn() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int length = random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(100);
            lines.add(String.valueOf((char) ('a' + i % 26)).repeat(length));
        }
        byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII);
        InputStream pieces = new ByteArrayInputStream(text) {
            @Override
            public synchronized int read(byte[] b, int off, int len) {
                return super.read(b, off, Math.min(len, 1 + random.nextInt(20_000)));
            }
        };
        assertThat(read(pieces, 200_000)).as("seed %d", seed).isEqualTo(lines);
    }

    @Test
    void theLongestLineAllowedPassesAndOneByteMoreDoesNot() throws IOException {
        String longest = "x".repeat(1000);
        assertThat(read(stream(longest + "\n\n"), 1000)).containsExactly(longest, "");
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> read(stream(longest + "x\n"), 1000))
                .withMessage("a line longer than 1000 bytes");
    }

    @Test
    void anEndlessLineIsRefusedWithoutBeingHeld() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }
        };
        LineReader lines = new LineReader(endless, 100_000, () -> {});
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(lines::next);
        assertThat(lines.buffer()).hasSizeLessThanOrEqualTo(100_001);
    }

    @Test
    void theBufferOfARareLongLineIsGivenBack() throws IOException {
        LineReader lines = new LineReader(stream("x".repeat(3 << 20) + "\nshort\nshort\n"), 4 << 20, () -> {});
        assertThat(lines.next()).isTrue();
        assertThat(lines.buffer()).hasSizeGreaterThan(3 << 20);
        while (lines.next()) {
            assertThat(lines.length()).isEqualTo(5);
        }
        assertThat(lines.buffer()).hasSizeLessThan(1 << 20);
    }

    @Test
    void aLastLineWithoutItsEndIsDropped() throws IOException {
        assertThat(read(stream("whole\nhalf"), 100)).containsExactly("whole");
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static List<String> read(InputStream in, int maxLineBytes) throws IOException {
        LineReader lines = new LineReader(in, maxLineBytes, () -> {});
        List<String> read = new ArrayList<>();
        while (lines.next()) {
            read.add(new String(lines.buffer(), lines.offset(), lines.length(), StandardCharsets.US_ASCII));
        }
        return read;
    }
}
