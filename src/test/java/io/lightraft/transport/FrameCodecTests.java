package io.lightraft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecTests {

    private final FrameCodec codec = new FrameCodec(64 << 20);

    @Test
    void everyFrameComesBackAsItWas() throws ProtocolException {
        long seed = new Random().nextLong();
        RandomFrames frames = new RandomFrames(seed);
        for (int round = 0; round < 100; round++) {
            for (int kind = 0; kind < frames.kinds(); kind++) {
                Frame frame = frames.next(kind);
                assertThat(decode(encode(frame)))
                        .as("seed %d, round %d, kind %d", seed, round, kind)
                        .usingRecursiveComparison()
                        .withEqualsForType(Arrays::equals, byte[].class)
                        .isEqualTo(frame);
            }
        }
    }

    @Test
    void aFrameIsOneLineOfAscii() {
        RandomFrames frames = new RandomFrames(1);
        for (int kind = 0; kind < frames.kinds(); kind++) {
            byte[] line = encode(frames.next(kind));
            assertThat(line[line.length - 1]).isEqualTo((byte) '\n');
            for (int i = 0; i < line.length - 1; i++) {
                assertThat(line[i]).isBetween((byte) 32, (byte) 127);
            }
        }
    }

    @Test
    void anEntryOfManyMegabytesComesBack() throws ProtocolException {
        byte[] data = new byte[20 << 20];
        new Random(7).nextBytes(data);
        Frame frame = new Frame.Raft(new Message.AppendEntries(1, 2, 3, 2, 9, List.of(Entry.normal(3, 10, data)), 8));
        assertThat(decode(encode(frame))).isEqualTo(frame);
    }

    // A newer node must be able to talk to an older one, so this text stays as long as PROTOCOL_VERSION does.
    @Test
    void theFormatOfVersion1IsThis() {
        Frame append = new Frame.Raft(new Message.AppendEntries(
                1, 2, 3, 2, 9, List.of(Entry.normal(3, 10, new byte[] {1, 2})), 8));
        assertThat(new String(encode(append), StandardCharsets.US_ASCII))
                .isEqualTo(
                        "{\"t\":\"app\",\"f\":1,\"d\":2,\"m\":3,\"lt\":2,\"li\":9,\"c\":8,\"e\":[[3,10,0,\"AQI=\"]]}\n");
        Frame heartbeat = new Frame.Raft(new Message.Heartbeat(1, 2, 3, 8, "é"));
        assertThat(new String(encode(heartbeat), StandardCharsets.US_ASCII))
                .isEqualTo("{\"t\":\"hb\",\"f\":1,\"d\":2,\"m\":3,\"c\":8,\"x\":\"\\u00E9\"}\n");
    }

    @Test
    void messagesForTheOwnWorkersAreNotSent() {
        Message message = new Message.StorageAppend(
                1, Message.APPEND_THREAD, 1, HardState.EMPTY, List.of(), Snapshot.EMPTY, List.of());
        assertThatIllegalArgumentException().isThrownBy(() -> encode(new Frame.Raft(message)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "GET / HTTP/1.1",
                "null",
                "[]",
                "{}",
                "{\"t\":\"now\"",
                "{\"f\":1,\"t\":\"now\",\"d\":2,\"m\":3}",
                "{\"t\":\"what\",\"f\":1,\"d\":2,\"m\":3}",
                "{\"t\":7,\"f\":1,\"d\":2,\"m\":3}",
                "{\"t\":\"now\",\"f\":1,\"d\":2}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":3,\"c\":4}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":3,\"zz\":4}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":3,\"m\":3}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":3}{}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":3.0}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":\"3\"}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":null}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":9223372036854775808}",
                "{\"t\":\"now\",\"f\":1,\"d\":2,\"m\":99999999999999999999999999999999999999}",
                "{\"t\":\"voter\",\"f\":1,\"d\":2,\"m\":3,\"r\":1}",
                "{\"t\":\"prop\",\"f\":1,\"d\":2,\"m\":3,\"e\":{}}",
                "{\"t\":\"prop\",\"f\":1,\"d\":2,\"m\":3,\"e\":[[1,2,0]]}",
                "{\"t\":\"prop\",\"f\":1,\"d\":2,\"m\":3,\"e\":[[1,2,9,\"\"]]}",
                "{\"t\":\"prop\",\"f\":1,\"d\":2,\"m\":3,\"e\":[[1,2,0,\"!!!\"]]}",
                "{\"t\":\"prop\",\"f\":1,\"d\":2,\"m\":3,\"e\":[[[[[[[[1]]]]]]]]}",
                "{\"t\":\"verd\",\"in\":\"x\",\"m\":3,\"n\":1,\"v\":\"a\"}",
                "{\"t\":\"verd\",\"in\":\"00000000-0000-0000-0000-000000000000\",\"m\":3,\"n\":1,\"v\":\"z\"}"
            })
    void whatIsNoFrameIsAProtocolException(String line) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> decode(line.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void flippedAndCutLinesAreFramesOrProtocolExceptions() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        RandomFrames frames = new RandomFrames(seed);
        for (int round = 0; round < 5000; round++) {
            byte[] line = encode(frames.next(round % frames.kinds()));
            byte[] damaged = Arrays.copyOf(line, 1 + random.nextInt(line.length));
            for (int i = random.nextInt(4); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                decode(damaged);
            } catch (ProtocolException expected) {
                assertThat(expected.getMessage()).isNotEmpty();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + new String(damaged, StandardCharsets.UTF_8), e);
            }
        }
    }

    private byte[] encode(Frame frame) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        codec.encode(frame, out);
        return out.toByteArray();
    }

    private Frame decode(byte[] line) throws ProtocolException {
        return codec.decode(line, 0, line.length);
    }
}
