package io.lightraft.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteException;

/**
 * Binds a statement's values. SQLite numbers parameters from 1: {@code ?} takes the number after the highest so far,
 * {@code ?N} is N, a name takes a number at its first use. Named values go to the names; positional ones go, in order,
 * to all numbers that are left. Names without a value would silently be NULL, so a missing value is an error; a named
 * value that the statement doesn't use is not.
 */
final class Parameters {

    private Parameters() {}

    /** @throws SQLiteException as SQLite would say it, when values and parameters don't match */
    static void bind(PreparedStatement prepared, Statement statement) throws SQLException {
        int count = prepared.getParameterMetaData().getParameterCount();
        if (count == 0) {
            if (!statement.positional().isEmpty()) {
                throw mismatch(0, statement.positional().size());
            }
            return;
        }
        @Nullable String[] names = names(statement.sql(), count);
        int next = 0;
        List<Integer> left = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            String name = names[number];
            if (name != null && statement.named().containsKey(name)) {
                bind(prepared, number, statement.named().get(name));
            } else {
                left.add(number);
            }
        }
        if (left.size() != statement.positional().size()) {
            String missing = left.isEmpty() ? null : names[left.get(0)];
            if (missing != null && statement.positional().isEmpty()) {
                throw error(SqlErrors.ERROR, "there is no value for parameter \"" + missing + "\"");
            }
            throw mismatch(left.size(), statement.positional().size());
        }
        for (int number : left) {
            bind(prepared, number, statement.positional().get(next++));
        }
    }

    private static void bind(PreparedStatement prepared, int number, @Nullable Object value) throws SQLException {
        // The types are SQLite's own; the driver's other setters would convert.
        prepared.setObject(number, value);
    }

    /** The name of each parameter without its prefix, by number; null for one that has none. */
    private static @Nullable String[] names(String sql, int count) {
        @Nullable String[] names = new @Nullable String[count + 1];
        Map<String, Integer> numbers = new HashMap<>();
        int highest = 0;
        for (Token token : SqlLexer.tokens(sql)) {
            if (token.kind() != Token.Kind.PARAMETER) {
                continue;
            }
            String text = token.text();
            if (text.equals("?")) {
                highest++;
            } else if (text.charAt(0) == '?') {
                highest = Math.max(highest, Integer.parseInt(text.substring(1)));
            } else if (!numbers.containsKey(text)) {
                highest++;
                numbers.put(text, highest);
                if (highest <= count) {
                    names[highest] = text.substring(1);
                }
            }
        }
        return names;
    }

    private static SQLiteException mismatch(int wanted, int given) {
        return error(
                SqlErrors.RANGE,
                "the statement has " + wanted + (wanted == 1 ? " parameter" : " parameters") + " but " + given
                        + (given == 1 ? " value was given" : " values were given"));
    }

    private static SQLiteException error(int code, String message) {
        return org.sqlite.core.DB.newSQLException(code, message);
    }
}
