package io.lightraft.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of one statement of a write; equal on every node. Values as in {@link Statement}. */
public sealed interface StatementResult {

    /** The values of SQLite's changes() and last_insert_rowid() after the statement. */
    record Changed(long rowsAffected, long lastInsertRowid) implements StatementResult {}

    /**
     * Rows that came back: RETURNING, or a SELECT among the statements of a write. With them the values of changes()
     * and last_insert_rowid() after the statement, which the session goes on with.
     */
    record Rows(List<Column> columns, List<List<@Nullable Object>> rows, long rowsAffected, long lastInsertRowid)
            implements StatementResult {}

    /** The statement failed and changed nothing. {@code code} is SQLite's extended result code. */
    record Failed(int code, String message) implements StatementResult {}
}
