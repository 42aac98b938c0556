package io.lightraft.server.tcp;

import io.lightraft.sql.StatementResult;
import java.io.IOException;
import java.io.StringWriter;

/** How an nc session shows a result. */
public final class TypedText {

    private TypedText() {}

    public static String of(StatementResult result) throws IOException {
        StringWriter text = new StringWriter();
        TableWriter table = new TableWriter(text);
        if (result instanceof StatementResult.Failed failed) {
            table.failed(failed.code(), failed.message());
        } else if (result instanceof StatementResult.Rows rows) {
            table.columns(rows.columns());
            for (var row : rows.rows()) {
                table.row(row.toArray());
            }
            table.endOfRows();
        } else if (result instanceof StatementResult.Changed changed) {
            table.changed(changed.rowsAffected(), changed.lastInsertRowid());
        }
        return text.toString();
    }
}
