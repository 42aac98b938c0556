package io.lightraft.sql;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps Lightraft's own tables out of lists of tables, where they would only puzzle people and the tools that look for
 * a schema: rows that name one are left out of what statements about the schema answer. Other statements are never
 * touched.
 */
final class HiddenRows {

    private static final Pattern ABOUT_SCHEMA =
            Pattern.compile("sqlite_(master|schema)|pragma", Pattern.CASE_INSENSITIVE);
    /** A name, or a definition; not a list of names, as an aggregate makes it. */
    private static final Pattern OWN = Pattern.compile(
            "(sqlite_autoindex_)?_lightraft_\\w*|CREATE (TABLE|INDEX) _lightraft_.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private HiddenRows() {}

    static boolean mayBeIn(String sql) {
        return ABOUT_SCHEMA.matcher(sql).find();
    }

    static boolean isHidden(@Nullable Object[] row) {
        for (Object value : row) {
            if (value instanceof String text && OWN.matcher(text).matches()) {
                return true;
            }
        }
        return false;
    }
}
