package io.lightraft.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteUpdateListener;

/** Which rows a statement has written, those of its triggers included. Tables WITHOUT ROWID don't report theirs. */
final class TouchedRows implements SQLiteUpdateListener {

    /** More are not remembered. */
    private static final int MAX_ROWS = 10_000;

    private final Map<String, List<Long>> rowids = new HashMap<>();
    private int count;

    void attach(SQLiteConnection connection) {
        connection.addUpdateListener(this);
    }

    void reset() {
        if (count > 0) {
            rowids.clear();
            count = 0;
        }
    }

    @Override
    public void onUpdate(Type type, String database, String table, long rowid) {
        if (type != Type.DELETE && count <= MAX_ROWS) {
            count++;
            rowids.computeIfAbsent(table, name -> new ArrayList<>()).add(rowid);
        }
    }

    /** The rowids in a table, null when not all are known; some may be of rows that are gone again. */
    @Nullable
    Collection<Long> of(String table) {
        return count > MAX_ROWS ? null : rowids.getOrDefault(table, List.of());
    }
}
