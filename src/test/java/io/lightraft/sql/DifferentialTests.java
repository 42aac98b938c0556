package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.CommittedEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated sequences of statements, through three state machines that get them in different batches, are restarted and
 * moved to copies of their files meanwhile, and through plain SQLite: the same results and errors, in the same words,
 * and the same data. {@code -Dlightraft.seed=N} plays one seed again, {@code -Dlightraft.seeds=N} the first N.
 */
class DifferentialTests {

    private static final int COMMANDS = 90;

    @TempDir
    Path directory;

    static LongStream seeds() {
        Long one = Long.getLong("lightraft.seed");
        return one != null ? LongStream.of(one) : LongStream.rangeClosed(1, Long.getLong("lightraft.seeds", 36));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void meansTheSameAsPlainSqliteOnEveryNode(long seed) throws SQLException, IOException {
        String replay = "replay: ./mvnw test -Dtest=DifferentialTests -Dlightraft.seed=" + seed;
        List<Command> commands = commands(seed);
        Log log = new Log(0);
        List<CommittedEntry> entries = commands.stream().map(log::entry).toList();
        List<List<StatementResult>> single = new ArrayList<>();
        String state = play("single", entries, new Random(seed), 1, single);
        List<List<StatementResult>> whole = new ArrayList<>();
        assertThat(play("whole", entries, new Random(seed), entries.size(), whole))
                .as(replay)
                .isEqualTo(state);
        List<List<StatementResult>> mixed = new ArrayList<>();
        assertThat(play("mixed", entries, new Random(seed), 0, mixed))
                .as(replay)
                .isEqualTo(state);
        Path file = directory.resolve("plain.sqlite");
        try (PlainSqlite plain = new PlainSqlite(file)) {
            for (int i = 0; i < commands.size(); i++) {
                String place = replay + ", command " + i + ": " + commands.get(i);
                List<String> expected = plain.run(commands.get(i));
                assertThat(shown(commands.get(i), single.get(i))).as(place).isEqualTo(expected);
                assertThat(shown(commands.get(i), whole.get(i))).as(place).isEqualTo(expected);
                assertThat(shown(commands.get(i), mixed.get(i))).as(place).isEqualTo(expected);
            }
        }
        assertThat(content(directory.resolve("single.sqlite"))).as(replay).isEqualTo(content(file));
    }

    private static List<Command> commands(long seed) {
        StatementMaker maker = new StatementMaker(seed);
        List<Command> commands = new ArrayList<>();
        StatementMaker.SCHEMA.forEach(sql -> commands.add(Log.command(false, sql)));
        if (maker.deferred()) {
            commands.add(Log.command(false, StatementMaker.DEFERRED));
        }
        for (int i = 0; i < COMMANDS; i++) {
            commands.add(maker.command());
        }
        return commands;
    }

    /** @param size of each batch; 0 for any, with restarts between them */
    private String play(
            String name, List<CommittedEntry> entries, Random random, int size, List<List<StatementResult>> results)
            throws IOException, SQLException {
        Path file = directory.resolve(name + ".sqlite");
        SqliteStateMachine machine = SqliteStateMachine.open(file, ClusterLimits.DEFAULT);
        for (int from = 0; from < entries.size(); ) {
            int to = Math.min(entries.size(), from + (size == 0 ? 1 + random.nextInt(20) : size));
            results.addAll(machine.apply(entries.subList(from, to)));
            from = to;
            if (size == 0 && random.nextInt(5) == 0) {
                machine.close();
                Path copy = directory.resolve(name + from + ".sqlite");
                Files.copy(file, copy);
                Files.delete(file);
                Files.move(copy, file);
                machine = SqliteStateMachine.open(file, ClusterLimits.DEFAULT);
            }
        }
        String state = machine.outcomeHash() + "\n";
        machine.close();
        return state + content(file);
    }

    private static List<String> shown(Command command, List<StatementResult> results) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            shown.add(PlainSqlite.shown(command.statements().get(i), results.get(i)));
        }
        return shown;
    }

    /** All tables, as a plain connection finds them, if it finds the file whole. */
    private static String content(Path file) throws SQLException {
        StringBuilder content = new StringBuilder();
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            rows(plain, "PRAGMA integrity_check", content);
            rows(plain, "PRAGMA user_version", content);
            rows(plain, "PRAGMA application_id", content);
            rows(
                    plain,
                    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name NOT GLOB '_lightraft*'",
                    content);
            List<String> tables = new ArrayList<>();
            try (ResultSet names = plain.createStatement()
                    .executeQuery("SELECT name FROM pragma_table_list WHERE type IN ('table', 'shadow')"
                            + " AND name NOT GLOB '_lightraft*' AND name NOT GLOB 'sqlite_*schema' ORDER BY name")) {
                while (names.next()) {
                    tables.add(names.getString(1));
                }
            }
            for (String table : tables) {
                content.append(table).append('\n');
                rows(plain, "SELECT " + (table.equals("made") ? "v, r" : "*") + " FROM \"" + table + "\"", content);
            }
        }
        return content.toString();
    }

    private static void rows(Connection plain, String sql, StringBuilder content) throws SQLException {
        try (ResultSet rows = plain.createStatement().executeQuery(sql)) {
            while (rows.next()) {
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    content.append(PlainSqlite.shown(rows.getObject(i))).append('|');
                }
                content.append('\n');
            }
        }
    }
}
