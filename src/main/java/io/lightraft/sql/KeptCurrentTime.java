package io.lightraft.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds statements that would keep the current time in an index or a generated column because a row holds 'now' as a
 * value. The value would be another one at the row's next change, and SQLite would then call the file corrupt, on every
 * node. Its own date functions refuse this where it happens; those that take their place can't see where they are, so
 * a statement is looked at afterwards, if one of them gave the current time. What looks guilty and is not can be
 * written with CURRENT_TIMESTAMP, which no index or generated column can hold.
 */
final class KeptCurrentTime {

    private static final Set<String> WRITES_ROWS = Set.of("Insert", "IdxInsert", "SorterInsert");

    /** A first sieve, for speed; all the functions' names hold one of these. */
    private static final String DEFINITIONS = "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'index')"
            + " AND (sql LIKE '%date%' OR sql LIKE '%time%' OR sql LIKE '%julianday%' OR sql LIKE '%unixepoch%')";

    private final Writer writer;

    KeptCurrentTime(Writer writer) {
        this.writer = writer;
    }

    /**
     * @param sql that has just run
     * @param functions that gave the current time meanwhile
     * @return what is wrong with it, or null
     */
    @Nullable
    String complaint(String sql, Set<String> functions) throws SQLException {
        Set<String> suspects = new HashSet<>(functions);
        suspects.retainAll(keptFunctions());
        if (suspects.isEmpty()) {
            return null;
        }
        String function = culprit(sql, suspects);
        return function == null
                ? null
                : "the value of " + function + "() for 'now', as the current time, would be kept in an index or a"
                        + " generated column; use CURRENT_TIMESTAMP instead of 'now' in this statement";
    }

    /** Whether the program computes such a function for a row that it writes. */
    private @Nullable String culprit(String sql, Set<String> suspects) throws SQLException {
        List<Token> tokens = SqlLexer.tokens(sql);
        if (tokens.get(0).isWord("CREATE") || tokens.get(0).isWord("ALTER")) {
            // Done by now, so it can't be explained; of these only an index computes something of rows for good.
            return CurrentTimeInSchema.definesIndex(tokens)
                    ? suspects.iterator().next()
                    : null;
        }
        String pure = null;
        boolean writesRows = false;
        try (PreparedStatement explain = writer.connection().prepareStatement("EXPLAIN " + sql);
                ResultSet program = explain.executeQuery()) {
            while (program.next()) {
                String opcode = program.getString("opcode");
                writesRows |= WRITES_ROWS.contains(opcode);
                if (opcode.equals("PureFunc")) { // in an index, a generated column or a CHECK
                    String name = String.valueOf(program.getString("p4")).replaceFirst("\\(.*", "");
                    pure = suspects.contains(name) ? name : pure;
                } else if (opcode.equals("VUpdate")) { // whatever a virtual table does then
                    return suspects.iterator().next();
                }
            }
        }
        return writesRows ? pure : null;
    }

    /** Read anew each time: a version to cache it by would come again after a rollback. */
    private Set<String> keptFunctions() throws SQLException {
        Set<String> found = new HashSet<>();
        try (PreparedStatement schema = writer.connection().prepareStatement(DEFINITIONS);
                ResultSet rows = schema.executeQuery()) {
            while (rows.next()) {
                List<Token> tokens = SqlLexer.tokens(rows.getString(1));
                if (CurrentTimeInSchema.definesIndex(tokens) || hasGeneratedColumn(tokens)) {
                    tokens.stream()
                            .filter(Token::isName)
                            .map(token -> token.text().toLowerCase(Locale.ROOT))
                            .filter(CurrentTimeInSchema.FUNCTIONS::contains)
                            .forEach(found::add);
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
}
