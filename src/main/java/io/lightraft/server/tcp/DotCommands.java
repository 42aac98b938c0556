package io.lightraft.server.tcp;

import io.lightraft.node.ReplicaException;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.sql.Column;
import io.lightraft.sql.KeyReusedException;
import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.SqlScript;
import io.lightraft.sql.Statement;
import io.lightraft.sql.WriteOptions;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The commands that begin with a dot: about the node and the session rather than the data. Confined to the session. */
final class DotCommands {

    private static final String HELP = """
            .consistency [LEVEL]  show or set how fresh reads are: %s;
                                  none 2s: but not if the leader was last heard of longer ago
            .exit                 end the session
            .help                 this text
            .multiline [on|off]   on: a statement ends at ; only, and may span lines
            .nodes                the members of the cluster
            .once KEY STATEMENT   a write with an idempotency key: repeated, it gives the first result
            .quit                 end the session
            .schema [TABLE]       the statements that made the tables, or one table
            .status               this node's state
            .tables               the names of tables and views
            .timer [on|off]       on: say how long each statement took
            Anything else is SQL: a line is one statement, or several separated by ;
            """;

    private static final String VISIBLE = "%1$s NOT LIKE ?1 ESCAPE '\\' AND %1$s NOT LIKE ?2 ESCAPE '\\'";
    private static final List<@Nullable Object> HIDDEN_NAMES = List.of("\\_lightraft%", "sqlite\\_%");

    private static final String TABLES = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND "
            + VISIBLE.formatted("name") + " ORDER BY name";
    private static final String SCHEMA =
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND " + VISIBLE.formatted("tbl_name");
    private static final String SCHEMA_ORDER = " ORDER BY tbl_name, type NOT IN ('table', 'view'), rowid";

    private final SqlEngine engine;
    private final Session session;
    private final Supplier<ReplicaStatus> status;
    private final SessionSettings settings;
    private final Duration timeout;
    private final Writer out;

    DotCommands(
            SqlEngine engine,
            Session session,
            Supplier<ReplicaStatus> status,
            SessionSettings settings,
            Duration timeout,
            Writer out) {
        this.engine = engine;
        this.session = session;
        this.status = status;
        this.settings = settings;
        this.timeout = timeout;
        this.out = out;
    }

    static boolean isDotCommand(String line) {
        return line.stripLeading().startsWith(".");
    }

    /** Whether the line asks for the session's end. */
    static boolean isQuit(String line) {
        String command = withoutSemicolon(line).toLowerCase(Locale.ROOT);
        return command.equals(".quit") || command.equals(".exit");
    }

    /** Runs a command other than those of {@link #isQuit}. */
    void run(String line, TableWriter table) throws IOException {
        String[] words = withoutSemicolon(line).split("\\s+", 2);
        String command = words[0].toLowerCase(Locale.ROOT);
        String argument = words.length > 1 ? words[1] : "";
        switch (command) {
            case ".consistency" -> consistency(argument, table);
            case ".once" -> once(argument, table);
            case ".schema" -> schema(argument, table);
            case ".timer" -> settings.timer = onOrOff(command, argument, settings.timer, table);
            case ".multiline" -> settings.multiline = onOrOff(command, argument, settings.multiline, table);
            case ".help", ".nodes", ".status", ".tables", ".quit", ".exit" -> {
                if (argument.isEmpty()) {
                    withoutArgument(command, table);
                } else {
                    table.error(command + " takes no argument, but got \"" + argument + "\". Usage: " + command);
                }
            }
            default -> table.error("unknown command " + command + ". Type .help for those there are.");
        }
    }

    private void withoutArgument(String command, TableWriter table) throws IOException {
        switch (command) {
            case ".help" -> out.write(HELP.formatted(levels()));
            case ".nodes" -> StatusTables.nodes(status.get(), table);
            case ".status" -> StatusTables.status(status.get(), table);
            case ".tables" -> query(new Statement(TABLES, HIDDEN_NAMES, Map.of()), table);
            default -> throw new IllegalArgumentException(command);
        }
    }

    private void consistency(String argument, TableWriter table) throws IOException {
        if (argument.isEmpty()) {
            out.write(name(settings.readLevel) + (settings.freshness == null ? "" : " " + settings.freshness) + "\n");
            return;
        }
        String[] words = argument.split("\\s+", 2);
        ReadLevel level = null;
        for (ReadLevel known : ReadLevel.values()) {
            if (name(known).equalsIgnoreCase(words[0])) {
                level = known;
            }
        }
        if (level == null) {
            table.error("unknown level \"" + words[0] + "\". Usage: .consistency LEVEL, one of " + levels() + ".");
            return;
        }
        Freshness freshness = words.length > 1 ? Freshness.parse(words[1]) : null;
        if (words.length > 1 && level != ReadLevel.NONE) {
            table.error("only reads of level none have a freshness. Usage: .consistency none 2s");
        } else if (words.length > 1 && freshness == null) {
            table.error(
                    "\"" + words[1] + "\" is no time. Usage: .consistency none TIME, such as 500ms, 2s or 1m, since the"
                            + " leader was last heard of.");
        } else {
            settings.readLevel = level;
            settings.freshness = freshness;
        }
    }

    private void once(String argument, TableWriter table) throws IOException {
        String[] words = argument.split("\\s+", 2);
        if (words.length < 2) {
            table.error("a key and a statement are missing. Usage: .once KEY STATEMENT");
            return;
        }
        if (session.isInTransaction()) {
            table.error(".once runs a write of its own, but a transaction is open. COMMIT or ROLLBACK it first.");
            return;
        }
        List<Statement> statements =
                SqlScript.split(words[1]).stream().map(Statement::of).toList();
        try {
            engine.execute(session, statements, new WriteOptions(statements.size() > 1, timeout, words[0]), table);
        } catch (KeyReusedException e) {
            table.error(String.valueOf(e.getMessage()));
        } catch (ReplicaException.OutcomeUnknown e) {
            table.error("outcome unknown: the write may or may not be done. Send it again with the same key: it is done"
                    + " once, and answered with its result.");
        }
        if (statements.size() > 1 && table.hasFailed()) {
            table.error("nothing of the line was done");
        }
    }

    private static String levels() {
        return Arrays.stream(ReadLevel.values()).map(DotCommands::name).collect(Collectors.joining(", "));
    }

    private static String name(ReadLevel level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private boolean onOrOff(String command, String argument, boolean now, TableWriter table) throws IOException {
        switch (argument.toLowerCase(Locale.ROOT)) {
            case "on":
                return true;
            case "off":
                return false;
            case "":
                out.write(now ? "on\n" : "off\n");
                return now;
            default:
                table.error(command + " doesn't know \"" + argument + "\". Usage: " + command + " on|off");
                return now;
        }
    }

    private void schema(String argument, TableWriter table) throws IOException {
        String name = unquoted(argument);
        if (name.isEmpty()) {
            query(new Statement(SCHEMA + SCHEMA_ORDER, HIDDEN_NAMES, Map.of()), new SchemaPrinter("", table));
            return;
        }
        List<@Nullable Object> values = List.of(HIDDEN_NAMES.get(0), HIDDEN_NAMES.get(1), name);
        String sql = SCHEMA + " AND tbl_name = ?3 COLLATE NOCASE" + SCHEMA_ORDER;
        query(new Statement(sql, values, Map.of()), new SchemaPrinter(name, table));
    }

    /** As if it were typed: within a transaction it shows what that has made. */
    private void query(Statement statement, ResultSink sink) throws IOException {
        engine.run(session, statement, settings.readOptions(timeout), sink);
    }

    private static String unquoted(String name) {
        boolean quoted = name.length() > 1 && name.startsWith("\"") && name.endsWith("\"");
        return quoted ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    /** People end commands as they end SQL. */
    private static String withoutSemicolon(String line) {
        int end = line.length();
        while (end > 0 && (line.charAt(end - 1) == ';' || Character.isWhitespace(line.charAt(end - 1)))) {
            end--;
        }
        return line.substring(0, end).strip();
    }

    /** Prints the one column of its rows as SQL text that could be run again. */
    private final class SchemaPrinter implements ResultSink {

        private final String tableName;
        private final TableWriter table;
        private boolean found;

        SchemaPrinter(String tableName, TableWriter table) {
            this.tableName = tableName;
            this.table = table;
        }

        @Override
        public void columns(List<Column> columns) {}

        @Override
        public void row(@Nullable Object[] values) throws IOException {
            found = true;
            CellText sql = new CellText(CellText.of(values[0]) + ";");
            while (sql.hasMore()) {
                sql.writeLine(out);
                out.write('\n');
            }
        }

        @Override
        public void endOfRows() throws IOException {
            if (!found && !tableName.isEmpty()) {
                table.error("no such table: " + tableName);
            }
        }

        @Override
        public void changed(long rowsAffected, long lastInsertRowid) {}

        @Override
        public void failed(int code, String message) throws IOException {
            table.error(message);
        }
    }
}
