package io.lightraft.sql;

import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteUpdateListener;

/**
 * Notices the largest rowid there is. Behind it SQLite picks rowids by chance, from a source that can't be replaced,
 * so no table may hold it; with AUTOINCREMENT it picks none, so there it is harmless.
 */
final class RowidWatch implements SQLiteUpdateListener {

    private final Set<String> tables = new TreeSet<>();

    void attach(SQLiteConnection connection) {
        connection.addUpdateListener(this);
    }

    void reset() {
        tables.clear();
    }

    @Override
    public void onUpdate(Type type, String database, String table, long rowid) {
        if (rowid == Long.MAX_VALUE && type != Type.DELETE) {
            tables.add(table);
        }
    }

    /** What is wrong with the rows written since {@link #reset}, or null. */
    @Nullable
    String complaint(Writer writer) throws SQLException {
        for (String table : tables) {
            boolean autoincrement = writer.number(
                            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = ?"
                                    + " AND sql LIKE '%autoincrement%'",
                            table.toLowerCase(Locale.ROOT))
                    > 0;
            if (!autoincrement) {
                return "the rowid 9223372036854775807 can't be used in table \"" + table + "\": behind it SQLite picks"
                        + " rowids by chance, on each node another one; use a smaller one, or declare the key"
                        + " AUTOINCREMENT";
            }
        }
        return null;
    }
}
