package io.lightraft.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;

/** A prepared statement that was started, its columns, and its rows one by one; SQLite computes each when asked. */
final class Cursor implements AutoCloseable {

    private final List<Column> columns;
    private final @Nullable ResultSet rows;
    private final boolean mayHide;

    Cursor(PreparedStatement prepared) throws SQLException {
        this(prepared, "");
    }

    /**
     * Runs a statement up to its first row, or to its end if it has no columns.
     *
     * @param sql its text, which tells whether {@link HiddenRows} may be in the answer
     */
    Cursor(PreparedStatement prepared, String sql) throws SQLException {
        mayHide = HiddenRows.mayBeIn(sql);
        boolean hasColumns = prepared.execute();
        columns = hasColumns ? columns(((CoreStatement) prepared).pointer) : List.of();
        rows = hasColumns ? prepared.getResultSet() : null;
    }

    List<Column> columns() {
        return columns;
    }

    /** The next row, a fresh array; null at the end. */
    @Nullable
    Object @Nullable [] next() throws SQLException {
        @Nullable Object[] row = fetch();
        while (mayHide && row != null && HiddenRows.isHidden(row)) {
            row = fetch();
        }
        return row;
    }

    private @Nullable Object @Nullable [] fetch() throws SQLException {
        if (rows == null || !rows.next()) {
            return null;
        }
        @Nullable Object[] values = new @Nullable Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
            Object value = rows.getObject(i + 1);
            values[i] = value instanceof Integer number ? (Object) number.longValue() : value;
        }
        return values;
    }

    @Override
    public void close() throws SQLException {
        if (rows != null) {
            rows.close();
        }
    }

    private static List<Column> columns(SafeStmtPtr pointer) throws SQLException {
        int count = pointer.<SQLException>safeRunInt(DB::column_count);
        List<Column> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int column = i;
            String name = pointer.<String, SQLException>safeRun((db, ptr) -> db.column_name(ptr, column));
            @Nullable
            String type = pointer.<@Nullable String, SQLException>safeRun((db, ptr) -> db.column_decltype(ptr, column));
            columns.add(new Column(name, type));
        }
        return columns;
    }
}
