package io.lightraft.sql;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a statement's text tells about it: whether it may run, and whether it writes. Every statement but one that
 * begins with WITH shows by its first word whether it writes. What these rules don't know runs on a read-only
 * connection, which fails what would write.
 */
final class StatementRules {

    /** Names that begin so belong to Lightraft. */
    static final String RESERVED_PREFIX = "_lightraft";

    private static final Pattern RESERVED_NAME = Pattern.compile(RESERVED_PREFIX + "_\\w+", Pattern.CASE_INSENSITIVE);
    private static final Set<String> TEMP = Set.of("temp", "temporary");
    private static final Set<String> NODE_FUNCTIONS = Set.of(
            "total_changes",
            "sqlite_version",
            "sqlite_source_id",
            "sqlite_compileoption_get",
            "sqlite_compileoption_used",
            "fts5_source_id");
    private static final Set<String> SCHEMA_TABLES = Set.of("sqlite_schema", "sqlite_master");
    private static final Set<String> TEMP_SCHEMA_TABLES = Set.of("sqlite_temp_schema", "sqlite_temp_master");
    private static final Set<String> BEFORE_ALL_COLUMNS = Set.of("select", "distinct", "all", "returning", ",", ".");
    private static final Set<String> TRIGGER_TIMES = Set.of("before", "after", "instead");

    private StatementRules() {}

    /** Nothing to run: no text, or only comments and semicolons. */
    static boolean isEmpty(String sql) {
        return SqlScript.split(sql).isEmpty();
    }

    /** @param foreignKeys whether the cluster enforces them */
    static Ruling rule(String sql, boolean foreignKeys) {
        if (sql.indexOf('\0') >= 0) {
            return Ruling.refused("SQL text can't hold a NUL character; give the value as a parameter");
        }
        List<String> statements = SqlScript.split(sql);
        if (statements.size() != 1) {
            return Ruling.refused(
                    statements.isEmpty()
                            ? "there is no statement"
                            : "there are " + statements.size() + " statements where one was expected; send them one"
                                    + " by one");
        }
        List<Token> tokens = SqlLexer.tokens(statements.get(0));
        String reserved = reservedName(tokens);
        return reserved != null ? Ruling.refused(closed(reserved)) : byFirstWord(tokens, foreignKeys);
    }

    private static String closed(String name) {
        return "\"" + name + "\" is closed: names that begin with " + RESERVED_PREFIX
                + " belong to Lightraft's own tables; take another name";
    }

    /** What is wrong with a name that a user wants to give to something, or null. */
    static @Nullable String complaintOfName(String name) {
        return name.regionMatches(true, 0, RESERVED_PREFIX, 0, RESERVED_PREFIX.length()) ? closed(name) : null;
    }

    private static Ruling byFirstWord(List<Token> tokens, boolean foreignKeys) {
        Token first = tokens.get(0);
        String word = first.kind() == Token.Kind.WORD ? first.text().toUpperCase(Locale.ROOT) : "";
        return switch (word) {
            case "SELECT", "VALUES" -> checked(tokens, Ruling.READ);
            case "WITH" -> checked(tokens, Ruling.EITHER);
            case "INSERT", "REPLACE", "UPDATE", "DELETE", "DROP", "REINDEX" -> checked(tokens, Ruling.WRITE);
            case "ALTER" -> checkedDefinition(tokens);
            case "CREATE" -> create(tokens);
            case "ANALYZE" -> Ruling.WRITE_ALONE;
            case "PRAGMA" -> PragmaRules.rule(tokens, foreignKeys);
            case "EXPLAIN" -> explain(tokens, foreignKeys);
            case "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE" ->
                Ruling.refused(
                        word + " can't be run here: a transaction is open only within a session over nc; over HTTP,"
                                + " send its statements in one request with ?transaction");
            case "ATTACH", "DETACH" ->
                Ruling.refused(
                        word
                                + " is not available: another file would exist on one node only; load its rows with INSERT statements");
            case "VACUUM" ->
                Ruling.refused(
                        "VACUUM is not available as SQL: it can renumber rows differently from node to node; freed pages are used again by themselves, and POST /admin/vacuum on a node makes its file small");
            default -> Ruling.READ;
        };
    }

    private static Ruling create(List<Token> tokens) {
        if (tokens.size() > 1 && TEMP.contains(lower(tokens.get(1)))) {
            return temporary();
        }
        for (int i = 1; i + 1 < tokens.size() && !tokens.get(i).isOther('('); i++) {
            if (tokens.get(i).isWord("ON") || TRIGGER_TIMES.contains(lower(tokens.get(i)))) {
                break;
            }
            if (lower(tokens.get(i)).equals("temp") && tokens.get(i + 1).isOther('.')) {
                return temporary();
            }
        }
        return checkedDefinition(tokens);
    }

    /** The built-in date functions refuse the current time where a row has to give the same answer for ever. */
    private static Ruling checkedDefinition(List<Token> tokens) {
        String complaint = CurrentTimeInSchema.complaint(tokens);
        return complaint != null ? Ruling.refused(complaint) : checked(tokens, Ruling.WRITE);
    }

    private static Ruling temporary() {
        return Ruling.refused(
                "temporary tables, views and triggers are not available: they would belong to a connection"
                        + " that all users share; use an ordinary one and drop it");
    }

    /** EXPLAIN only describes, except that EXPLAIN PRAGMA sets what the pragma sets. */
    private static Ruling explain(List<Token> tokens, boolean foreignKeys) {
        int at = 1;
        if (tokens.size() > 2 && tokens.get(1).isWord("QUERY") && tokens.get(2).isWord("PLAN")) {
            at = 3;
        }
        if (tokens.size() <= at || tokens.get(at).isWord("EXPLAIN")) {
            return Ruling.READ; // a syntax error, in SQLite's words
        }
        boolean pragma = tokens.get(at).isWord("PRAGMA");
        Ruling explained = byFirstWord(tokens.subList(at, tokens.size()), foreignKeys);
        if (explained.isRefused()) {
            return explained;
        }
        if (pragma && (explained.writes() || explained.kind() == Ruling.Kind.NOTHING)) {
            return Ruling.refused("EXPLAIN PRAGMA would set what the pragma sets; it was not run");
        }
        return Ruling.READ_LOCAL;
    }

    /** Refuses functions and tables whose answers belong to one node, where the answer could get into the data. */
    private static Ruling checked(List<Token> tokens, Ruling ruling) {
        boolean write = ruling.kind() == Ruling.Kind.WRITE;
        BitSet strings = write ? StringsAsNames.in(tokens) : new BitSet();
        boolean schemaTable = false;
        boolean rootPage = false;
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            rootPage |= token.isOther('*') && i > 0 && BEFORE_ALL_COLUMNS.contains(lower(tokens.get(i - 1)));
            if (!token.isName() && !strings.get(i)) {
                continue;
            }
            String name = lower(token);
            boolean call = i + 1 < tokens.size() && tokens.get(i + 1).isOther('(');
            if (call && name.equals("load_extension")) {
                return Ruling.refused(
                        "load_extension is not available: code of one node would answer differently from the others'; compute the value in the client");
            }
            String complaint = write ? complaint(token, name, call) : null;
            if (complaint != null) {
                return Ruling.refused(complaint);
            }
            schemaTable |= SCHEMA_TABLES.contains(name);
            rootPage |= name.equals("rootpage");
        }
        if (write && schemaTable && rootPage) {
            return Ruling.refused("\"rootpage\" can't be part of a write: it differs from node to node; name the"
                    + " columns you need, without it");
        }
        return ruling;
    }

    private static @Nullable String complaint(Token token, String name, boolean call) {
        if (name.startsWith("pragma_")
                || name.equals("dbstat")
                || TEMP_SCHEMA_TABLES.contains(name)
                || call && NODE_FUNCTIONS.contains(name)) {
            return "\"" + token.text() + "\" can't be part of a write: its answer differs from node to node; read it"
                    + " first and send the value";
        }
        return name.startsWith("sqlite_stat")
                ? "\"" + token.text() + "\" can't be part of a write: it is kept by ANALYZE alone"
                : null;
    }

    /** The same check for a statement of which SQLite said that it writes. */
    static Ruling checkedAsWrite(String sql) {
        return checked(SqlLexer.tokens(sql), Ruling.WRITE);
    }

    /** What {@link Ruling.Kind#READ} statements may not hold when they are part of a write. */
    static Ruling checkedWithinWrite(String sql, Ruling ruling) {
        return switch (ruling.kind()) {
            case READ, EITHER -> {
                Ruling asWrite = checkedAsWrite(sql);
                yield asWrite.isRefused() ? asWrite : ruling;
            }
            case READ_LOCAL ->
                Ruling.refused(
                        "this can't be part of a write: its answer differs from node to node; send it as a" + " query");
            default -> ruling;
        };
    }

    private static @Nullable String reservedName(List<Token> tokens) {
        for (Token token : tokens) {
            boolean name =
                    token.isName() && token.text().regionMatches(true, 0, RESERVED_PREFIX, 0, RESERVED_PREFIX.length());
            // Where only a name fits, SQLite takes a string for one; patterns such as '_lightraft%' are none.
            boolean string = token.kind() == Token.Kind.STRING
                    && RESERVED_NAME.matcher(token.text()).matches();
            if (name || string) {
                return token.text();
            }
        }
        return null;
    }

    private static String lower(Token token) {
        return token.text().toLowerCase(Locale.ROOT);
    }
}
