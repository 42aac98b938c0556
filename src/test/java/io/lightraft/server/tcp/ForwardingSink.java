package io.lightraft.server.tcp;

import io.lightraft.sql.Column;
import io.lightraft.sql.ResultSink;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands everything on; tests look at what passes. */
class ForwardingSink implements ResultSink {

    private final ResultSink sink;

    ForwardingSink(ResultSink sink) {
        this.sink = sink;
    }

    @Override
    public void columns(List<Column> columns) throws IOException {
        sink.columns(columns);
    }

    @Override
    public void row(@Nullable Object[] values) throws IOException {
        sink.row(values);
    }

    @Override
    public void endOfRows() throws IOException {
        sink.endOfRows();
    }

    @Override
    public void changed(long rowsAffected, long lastInsertRowid) throws IOException {
        sink.changed(rowsAffected, lastInsertRowid);
    }

    @Override
    public void failed(int code, String message) throws IOException {
        sink.failed(code, message);
    }
}
