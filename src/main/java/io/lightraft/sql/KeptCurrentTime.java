package io.lightraft.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds statements that would keep the current time in an index or a generated column because a row holds 'now' as a
 * value (or 'localtime': the zone counts as well). The value would be another one at the row's next change, and SQLite
 * would then call the file corrupt, on every node. Its own date functions refuse this where it happens; those that
 * take their place can't see where they are, so the rows that a statement wrote are looked at afterwards, if one of
 * the functions gave the current time. Where they don't tell, the statement is refused; it can be written with
 * CURRENT_TIMESTAMP, which no index or generated column can hold.
 */
final class KeptCurrentTime {

    private static final Set<String> MOMENTS = Set.of("now", "subsec", "subsecond", "localtime", "utc");

    /** A first sieve, for speed; all the functions' names hold one of these. */
    private static final String DEFINITIONS = "SELECT tbl_name, sql FROM sqlite_schema WHERE type IN ('table', 'index')"
            + " AND (sql LIKE '%date%' OR sql LIKE '%time%' OR sql LIKE '%julianday%' OR sql LIKE '%unixepoch%')";

    private static final String ROOT_PAGE = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?";
    private static final String HAS_ROWIDS = "SELECT count(*) FROM pragma_table_list WHERE name = ? AND NOT wr";

    private final Writer writer;
    private final TouchedRows touched;

    KeptCurrentTime(Writer writer, TouchedRows touched) {
        this.writer = writer;
        this.touched = touched;
    }

    /** A definition that calls date functions. */
    private record Kept(String table, List<Token> tokens) {}

    /**
     * @param sql that has just run
     * @param functions that gave the current time meanwhile
     * @return what is wrong with it, or null
     */
    @Nullable
    String complaint(String sql, Set<String> functions) throws SQLException {
        if (functions.isEmpty()) {
            return null;
        }
        String function = culprit(sql, functions);
        return function == null
                ? null
                : "the value of " + function + "() for 'now', as the current time, would be kept in an index or a"
                        + " generated column; use CURRENT_TIMESTAMP instead of 'now' in this statement";
    }

    private @Nullable String culprit(String sql, Set<String> functions) throws SQLException {
        List<Token> tokens = SqlLexer.tokens(sql);
        if (tokens.get(0).isWord("CREATE") || tokens.get(0).isWord("ALTER")) {
            // Of these only an index computes something of rows for good.
            return CurrentTimeInSchema.definesIndex(tokens) ? named(tokens, functions) : null;
        }
        for (Kept kept : definitions()) {
            String function = named(kept.tokens(), functions);
            if (function == null) {
                continue;
            }
            boolean suspect = writer.number(HAS_ROWIDS, kept.table()) > 0
                    ? mayHoldMoment(kept, functions)
                    : keepsPureValues(sql, kept.table(), functions);
            if (suspect) {
                return function;
            }
        }
        return null;
    }

    private static @Nullable String named(List<Token> tokens, Set<String> functions) {
        return tokens.stream()
                .filter(Token::isName)
                .map(KeptCurrentTime::lower)
                .filter(functions::contains)
                .findFirst()
                .orElse(null);
    }

    /** Read anew each time: a version to cache it by would come again after a rollback. */
    private List<Kept> definitions() throws SQLException {
        List<Kept> found = new ArrayList<>();
        try (PreparedStatement schema = writer.connection().prepareStatement(DEFINITIONS);
                ResultSet rows = schema.executeQuery()) {
            while (rows.next()) {
                List<Token> tokens = SqlLexer.tokens(rows.getString(2));
                if (CurrentTimeInSchema.definesIndex(tokens) || hasGeneratedColumn(tokens)) {
                    found.add(new Kept(rows.getString(1), tokens));
                }
            }
        }
        return found;
    }

    private static boolean hasGeneratedColumn(List<Token> tokens) {
        for (int i = 0; i + 1 < tokens.size(); i++) {
            if (tokens.get(i).isWord("AS") && tokens.get(i + 1).isOther('(')) {
                return true;
            }
        }
        return false;
    }

    /** Whether a row that was written holds such a word, or the definition could make one of what the row holds. */
    private boolean mayHoldMoment(Kept kept, Set<String> functions) throws SQLException {
        Collection<Long> rowids = touched.of(kept.table());
        if (rowids != null && rowids.isEmpty()) {
            return false;
        }
        Set<String> columns = columns(kept.table());
        if (rowids == null || !takesColumnsOnly(kept.tokens(), functions, columns) || columns.contains("rowid")) {
            return true;
        }
        String select =
                "SELECT " + columns.stream().map(KeptCurrentTime::quoted).collect(Collectors.joining(","))
                        + " FROM main." + quoted(kept.table()) + " WHERE rowid = ?";
        try (PreparedStatement row = writer.connection().prepareStatement(select)) {
            for (long rowid : rowids) {
                row.setLong(1, rowid);
                try (ResultSet values = row.executeQuery()) {
                    if (values.next() && holdsMoment(values)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static boolean holdsMoment(ResultSet values) throws SQLException {
        for (int i = 1; i <= values.getMetaData().getColumnCount(); i++) {
            String text = DateArguments.text(values.getObject(i));
            if (text != null && MOMENTS.contains(text.toLowerCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }

    /** Of columns that are stored, not computed. */
    private Set<String> columns(String table) throws SQLException {
        Set<String> names = new HashSet<>();
        try (PreparedStatement info = writer.connection().prepareStatement("SELECT name FROM pragma_table_info(?)")) {
            info.setString(1, table);
            try (ResultSet rows = info.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1).toLowerCase(Locale.ROOT));
                }
            }
        }
        return names;
    }

    /** Whether each argument of the functions' calls is a stored column, or written out. */
    private static boolean takesColumnsOnly(List<Token> tokens, Set<String> functions, Set<String> columns) {
        for (int i = 0; i + 1 < tokens.size(); i++) {
            if (!tokens.get(i).isName()
                    || !functions.contains(lower(tokens.get(i)))
                    || !tokens.get(i + 1).isOther('(')) {
                continue;
            }
            boolean wantsArgument = true;
            for (i += 2; i < tokens.size() && !tokens.get(i).isOther(')'); i++) {
                Token token = tokens.get(i);
                boolean simple = token.isName()
                        ? columns.contains(lower(token))
                        : token.kind() == Token.Kind.STRING
                                || Character.isDigit(token.text().charAt(0));
                if (wantsArgument ? !simple : !token.isOther(',')) {
                    return false;
                }
                wantsArgument = !wantsArgument;
            }
        }
        return true;
    }

    /** Whether the program computes such a function for a row, and writes to a table that doesn't report its rows. */
    private boolean keepsPureValues(String sql, String table, Set<String> functions) throws SQLException {
        long rootPage = writer.number(ROOT_PAGE, table);
        boolean pure = false;
        boolean writes = false;
        try (PreparedStatement explain = writer.connection().prepareStatement("EXPLAIN " + sql);
                ResultSet program = explain.executeQuery()) {
            while (program.next()) {
                String opcode = program.getString("opcode");
                writes |= opcode.equals("OpenWrite") && program.getLong("p2") == rootPage;
                pure |= opcode.equals("PureFunc") // in an index, a generated column or a CHECK
                        && functions.contains(
                                String.valueOf(program.getString("p4")).replaceFirst("\\(.*", ""));
            }
        }
        return writes && pure;
    }

    private static String lower(Token token) {
        return token.text().toLowerCase(Locale.ROOT);
    }
}
