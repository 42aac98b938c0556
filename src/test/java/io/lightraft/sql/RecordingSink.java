package io.lightraft.sql;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what it is told, one line per call. */
final class RecordingSink implements ResultSink {

    final List<String> lines = new ArrayList<>();

    @Override
    public void columns(List<Column> columns) {
        lines.add("columns " + columns.stream().map(Column::name).toList());
    }

    @Override
    public void row(@Nullable Object[] values) throws IOException {
        lines.add("row " + Arrays.toString(values));
    }

    @Override
    public void endOfRows() {
        lines.add("end");
    }

    @Override
    public void changed(long rowsAffected, long lastInsertRowid) {
        lines.add("changed " + rowsAffected + " " + lastInsertRowid);
    }

    @Override
    public void failed(int code, String message) {
        lines.add("failed " + code + " " + message);
    }
}
