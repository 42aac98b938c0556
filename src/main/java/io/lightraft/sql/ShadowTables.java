package io.lightraft.sql;

import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps users from writing to the tables in which full-text and R-tree indexes keep their own data. */
final class ShadowTables {

    /** How their names end: a first sieve, for speed. */
    private static final Pattern SUSPECT = Pattern.compile(
            "_(data|idx|content|docsize|config|segments|segdir|stat|node|rowid|parent)\\b", Pattern.CASE_INSENSITIVE);

    private static final Set<String> WRITES =
            Set.of("INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", "CREATE", "ALTER", "DROP");

    private static final String IS_SHADOW =
            "SELECT count(*) FROM pragma_table_list WHERE type = 'shadow' AND lower(name) = ?";

    private ShadowTables() {}

    /** @return what is wrong with a statement that is about to run, or null */
    @Nullable
    static String complaint(Writer writer, String sql) throws SQLException {
        if (!SUSPECT.matcher(sql).find()) {
            return null;
        }
        List<Token> tokens = SqlLexer.tokens(sql);
        if (tokens.isEmpty() || !WRITES.contains(upper(tokens.get(0)))) {
            return null;
        }
        BitSet strings = StringsAsNames.in(tokens);
        for (int i = 1; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if ((token.isName() || strings.get(i))
                    && SUSPECT.matcher(token.text()).find()
                    && isShadow(writer, token.text())) {
                return "\"" + token.text() + "\" can't be part of a write: a virtual table keeps its own data in it;"
                        + " write to the virtual table itself";
            }
        }
        return null;
    }

    private static boolean isShadow(Writer writer, String name) throws SQLException {
        return writer.number(IS_SHADOW, name.toLowerCase(Locale.ROOT)) > 0;
    }

    private static String upper(Token token) {
        return token.text().toUpperCase(Locale.ROOT);
    }
}
