package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CommandCodecTests {

    @RepeatedTest(50)
    void givesBackEveryCommandExactly(RepetitionInfo info) {
        long seed = info.getCurrentRepetition();
        Random random = new Random(seed);
        List<Statement> statements = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            List<@Nullable Object> positional = new ArrayList<>();
            for (int j = random.nextInt(5); j > 0; j--) {
                positional.add(value(random));
            }
            Map<String, @Nullable Object> named = new LinkedHashMap<>();
            for (int j = random.nextInt(3); j > 0; j--) {
                named.put("n" + j, value(random));
            }
            statements.add(new Statement("SELECT 'é😀\0' " + i, positional, named));
        }
        Long rowid = random.nextBoolean() ? random.nextLong() : null;
        Command command = new Command(
                statements,
                random.nextBoolean(),
                rowid,
                random.nextBoolean() ? new IdempotencyKey("k żółw", "00ff") : null,
                random.nextBoolean() ? recording(statements.size(), random) : null,
                rowid != null ? random.nextLong() : 0);
        Command back = CommandCodec.decode(ByteBuffer.wrap(CommandCodec.encode(command)));
        assertThat(back).as("seed %d", seed).usingRecursiveComparison().isEqualTo(command);
    }

    private static Recording recording(int statements, Random random) {
        List<Recording.Moment> moments = new ArrayList<>();
        for (int i = 0; i < statements; i++) {
            moments.add(new Recording.Moment(random.nextLong(), random.nextLong()));
        }
        return new Recording(random.nextLong(), random.nextLong(), moments);
    }

    private static @Nullable Object value(Random random) {
        byte[] blob = new byte[random.nextInt(300)];
        random.nextBytes(blob);
        List<@Nullable Object> values = Arrays.asList(
                null,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                random.nextLong(),
                -0.0,
                Double.MIN_VALUE,
                Double.NEGATIVE_INFINITY,
                random.nextGaussian(),
                "",
                "a\0b",
                "żółw 😀".repeat(random.nextInt(50)),
                blob);
        return values.get(random.nextInt(values.size()));
    }

    @Test
    void refusesBytesThatAreCutOffOrTooManyAnywhere() {
        byte[] bytes = CommandCodec.encode(new Command(
                List.of(new Statement("INSERT", Arrays.asList(1L, 2.0, "x", null), Map.of("a", new byte[3]))),
                true,
                5L,
                new IdempotencyKey("key", "hash"),
                null,
                7));
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
            assertThatThrownBy(() -> CommandCodec.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> CommandCodec.decode(ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 1))))
                .hasMessageContaining("too many");
    }

    @Test
    void neverAllocatesWhatADamagedLengthAsksFor() {
        byte[] huge = {1, 0, 1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7, 'x'};
        assertThatThrownBy(() -> CommandCodec.decode(ByteBuffer.wrap(huge)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too early");
    }

    @RepeatedTest(20)
    void survivesRandomDamage(RepetitionInfo info) {
        Random random = new Random(info.getCurrentRepetition());
        byte[] bytes = CommandCodec.encode(new Command(
                List.of(new Statement("INSERT", Arrays.asList(1L, "text", null), Map.of("a", new byte[9]))),
                false,
                null));
        for (int i = 0; i < 500; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            try {
                CommandCodec.decode(ByteBuffer.wrap(damaged));
            } catch (IllegalArgumentException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void namesAVersionItDoesNotKnow() {
        byte[] bytes = CommandCodec.encode(Command.EMPTY);
        bytes[0] = 9;
        assertThatThrownBy(() -> CommandCodec.decode(ByteBuffer.wrap(bytes)))
                .hasMessageContaining("version 9")
                .hasMessageContaining("newer release");
    }

    @Test
    void refusesTextThatIsNotUnicode() {
        Command half = new Command(List.of(Statement.of("SELECT '\uD800'")), false, null);
        assertThatThrownBy(() -> CommandCodec.encode(half)).hasMessageContaining("surrogate");
    }
}
