package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.Golden;
import io.lightraft.raft.ConfState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands, kept results, and Lightraft's own tables, which are also what a snapshot says of itself. */
class StateFormatTests {

    private static final List<StatementResult> RESULTS = List.of(
            new StatementResult.Changed(3, 12),
            new StatementResult.Rows(
                    List.of(new Column("a", "TEXT"), new Column("b", null)), List.of(Arrays.asList("x", null)), 1, 13),
            new StatementResult.Failed(19, "UNIQUE constraint failed: t.a"));

    @TempDir
    Path directory;

    private final Golden golden = Golden.of("state-1.txt");

    @Test
    void theFormatIsWhatItWas() throws Exception {
        Map<String, String> now = new TreeMap<>();
        now.put("command", Golden.hex(CommandCodec.encode(command())));
        now.put("transaction", Golden.hex(CommandCodec.encode(transaction())));
        now.put("results", Golden.hex(ResultCodec.encode(RESULTS, 1000)));
        try (SqliteStateMachine machine = open();
                Writer writer = new Writer(machine.file(), machine.limits())) {
            writer.jdbc()
                    .queryForList("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
                    .forEach(row -> now.put(
                            row.get("name").toString(),
                            row.get("sql").toString().replaceAll("\\s+", " ")));
            now.put(
                    "conf-state",
                    InternalTables.text(new ConfState(List.of(1L, 2L), List.of(4L), List.of(3L), List.of(5L), true)));
        }
        golden.assertEqual(now);
    }

    @Test
    void whatThisFormatHasWrittenIsRead() {
        assertThat(Golden.hex(CommandCodec.encode(CommandCodec.decode(ByteBuffer.wrap(golden.bytes("command"))))))
                .isEqualTo(golden.text("command"));
        assertThat(CommandCodec.decode(ByteBuffer.wrap(golden.bytes("transaction"))))
                .isEqualTo(transaction());
        assertThat(ResultCodec.decode(golden.bytes("results"))).isEqualTo(RESULTS);
        assertThat(InternalTables.confState(golden.text("conf-state")).votersOutgoing())
                .containsExactly(3L);
    }

    @Test
    void aNewerNumberIsRefusedInOneLine() throws Exception {
        byte[] command = golden.bytes("command");
        command[0] = 2;
        assertThatThrownBy(() -> CommandCodec.decode(ByteBuffer.wrap(command)))
                .hasMessage("command format version 2 is not known to this release (it knows 1); start a newer"
                        + " release");
        byte[] results = golden.bytes("results");
        results[0] = 2;
        assertThatThrownBy(() -> ResultCodec.decode(results))
                .hasMessage("results of format version 2 are not known to this release (it knows 1); start a newer"
                        + " release");

        Path copy = directory.resolve("copy");
        try (SqliteStateMachine machine = open()) {
            try (Writer writer = new Writer(machine.file(), machine.limits())) {
                writer.run("UPDATE _lightraft_state SET format_version = 2");
            }
            assertThatThrownBy(() -> machine.copyTo(copy))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("has format version 2, which is not known to this release (it knows 1); start"
                            + " a newer release");
            assertThatThrownBy(() -> machine.inspect(copy))
                    .isInstanceOf(IOException.class)
                    .hasMessage("can't read " + copy + ": the database has format version 2, which is not known to this"
                            + " release (it knows 1); start a newer release");
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(NodeFault.class)
                .hasMessage("can't open the database " + directory.resolve("x.sqlite") + ": the database has format"
                        + " version 2, which is not known to this release (it knows 1); start a newer release");
    }

    private static Command command() {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        named.put("n", 1.5);
        named.put("m", "ü");
        Statement first = new Statement(
                "INSERT INTO t VALUES(?, ?, ?)", Arrays.asList(-1L, null, new byte[] {7, 8}), new LinkedHashMap<>());
        return new Command(
                new ArrayList<>(List.of(first, new Statement("DELETE FROM t WHERE a = :n", List.of(), named))),
                true,
                33L,
                new IdempotencyKey("order-17", "00ff"),
                null,
                7);
    }

    private static Command transaction() {
        Recording recording = new Recording(
                40,
                -5,
                List.of(new Recording.Moment(1_790_000_000_123L, 1), new Recording.Moment(1_790_000_000_124L, 2)));
        return new Command(
                List.of(Statement.of("INSERT INTO t VALUES(1)"), Statement.of("SAVEPOINT s")),
                true,
                null,
                null,
                recording,
                0);
    }

    private SqliteStateMachine open() {
        return SqliteStateMachine.open(directory.resolve("x.sqlite"), ClusterLimits.DEFAULT);
    }
}
