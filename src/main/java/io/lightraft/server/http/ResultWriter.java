package io.lightraft.server.http;

import io.lightraft.sql.Column;
import io.lightraft.sql.ResultSink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.exc.JacksonIOException;

/**
 * Writes the envelope of a reply and its results as they come, holding back no more than a result's columns until its
 * first row has come (an expression's type is that of its first value). Keys come in a fixed order, and those whose
 * value would be zero or empty are left out. Confined to the thread of its request.
 */
final class ResultWriter implements ResultSink {

    /** Ends a request whose remaining results nobody wants. */
    static final class Enough extends IOException {}

    private final JsonGenerator json;
    private final ReplyFormat format;
    private final boolean stopsAtFailure;
    private final boolean failuresHaveRows;
    private final long startNanos = System.nanoTime();
    private long resultStartNanos = startNanos;
    private boolean begun;
    /** Results that are complete. */
    private int written;
    /** Of the open result: null when none is open. */
    private @Nullable List<ColumnFormat> columns;
    /** Of the open result: the columns by name, in the order in which their values are written in a row. */
    private Map<String, Integer> order = Map.of();

    private boolean rowsBegun;

    /**
     * @param reads for a request that only reads: its failures are written as results that have no rows
     * @param stopsAtFailure nothing after the first failure is wanted
     */
    ResultWriter(JsonGenerator json, ReplyFormat format, boolean reads, boolean stopsAtFailure) {
        this.json = json;
        this.format = format;
        this.stopsAtFailure = stopsAtFailure;
        this.failuresHaveRows = reads && format.associative();
    }

    @Override
    public void columns(List<Column> newColumns) throws IOException {
        io(() -> {
            begin();
            List<ColumnFormat> formats = newColumns.stream()
                    .map(column -> new ColumnFormat(column, format.blobArray()))
                    .toList();
            columns = formats;
            if (format.associative()) {
                order = new TreeMap<>();
                for (int i = 0; i < formats.size(); i++) {
                    order.put(formats.get(i).name(), i);
                }
            }
        });
    }

    @Override
    public void row(@Nullable Object[] values) throws IOException {
        List<ColumnFormat> formats = columns;
        if (formats == null) {
            throw new IllegalStateException("a row without columns");
        }
        io(() -> {
            if (!rowsBegun) {
                beginRows(formats, values);
            }
            if (format.associative()) {
                json.writeStartObject();
                order.forEach((name, i) -> {
                    json.writeName(name);
                    formats.get(i).write(json, values[i]);
                });
                json.writeEndObject();
            } else {
                json.writeStartArray();
                for (int i = 0; i < values.length; i++) {
                    formats.get(i).write(json, values[i]);
                }
                json.writeEndArray();
            }
        });
    }

    @Override
    public void endOfRows() throws IOException {
        io(() -> endResult(null));
    }

    @Override
    public void changed(long rowsAffected, long lastInsertRowid) throws IOException {
        io(() -> {
            begin();
            json.writeStartObject();
            if (lastInsertRowid != 0) {
                json.writeNumberProperty("last_insert_id", lastInsertRowid);
            }
            if (rowsAffected != 0) {
                json.writeNumberProperty("rows_affected", rowsAffected);
            }
            completeResult();
            if (format.associative()) {
                json.writeNullProperty("rows");
            }
            json.writeEndObject();
        });
    }

    @Override
    public void failed(int code, String message) throws IOException {
        io(() -> {
            if (columns != null) {
                endResult(message);
                return;
            }
            begin();
            json.writeStartObject();
            if (failuresHaveRows) {
                emptyRows();
            }
            json.writeStringProperty("error", message);
            completeResult();
            json.writeEndObject();
        });
        if (stopsAtFailure) {
            throw new Enough();
        }
    }

    /** Lets all results fail that are missing to {@code total}; an open one is ended with the error. */
    void failRest(int total, int code, String message) throws IOException {
        while (columns != null || written < total) {
            failed(code, message);
        }
    }

    /**
     * Ends the reply.
     *
     * @param error what kept the request as a whole from being done; a result that is still open tells it too
     */
    void finish(@Nullable String error) throws IOException {
        io(() -> {
            begin();
            if (columns != null) {
                endResult(error);
            }
            json.writeEndArray();
            if (error != null) {
                json.writeStringProperty("error", error);
            }
            time(startNanos);
            json.writeEndObject();
            json.close();
        });
    }

    private void begin() {
        if (!begun) {
            begun = true;
            json.writeStartObject();
            json.writeName("results");
            json.writeStartArray();
        }
    }

    private void beginRows(List<ColumnFormat> formats, @Nullable Object @Nullable [] first) {
        head(formats, first);
        json.writeName(format.associative() ? "rows" : "values");
        json.writeStartArray();
        rowsBegun = true;
    }

    /** @param first the first row, null when there is none */
    private void head(List<ColumnFormat> formats, @Nullable Object @Nullable [] first) {
        json.writeStartObject();
        if (formats.isEmpty()) {
            return;
        }
        if (!format.associative()) {
            json.writeName("columns");
            json.writeStartArray();
            formats.forEach(column -> json.writeString(column.name()));
            json.writeEndArray();
        }
        json.writeName("types");
        if (format.associative()) {
            json.writeStartObject();
            order.forEach((name, i) -> json.writeStringProperty(name, type(formats, first, i)));
            json.writeEndObject();
        } else {
            json.writeStartArray();
            for (int i = 0; i < formats.size(); i++) {
                json.writeString(type(formats, first, i));
            }
            json.writeEndArray();
        }
    }

    private static String type(List<ColumnFormat> formats, @Nullable Object @Nullable [] first, int i) {
        return formats.get(i).type(first == null ? null : first[i]);
    }

    private void endResult(@Nullable String error) {
        List<ColumnFormat> formats = columns;
        if (formats == null) {
            throw new IllegalStateException("the end of rows without columns");
        }
        if (rowsBegun) {
            json.writeEndArray();
        } else {
            head(formats, null);
            if (format.associative()) {
                emptyRows();
            }
        }
        if (error != null) {
            json.writeStringProperty("error", error);
        }
        completeResult();
        json.writeEndObject();
        columns = null;
        rowsBegun = false;
    }

    private void emptyRows() {
        json.writeName("rows");
        json.writeStartArray();
        json.writeEndArray();
    }

    /** The time since the result before; the first one's includes what the request waited for. */
    private void completeResult() {
        time(resultStartNanos);
        resultStartNanos = System.nanoTime();
        written++;
    }

    private void time(long sinceNanos) {
        if (format.timings()) {
            json.writeName("time");
            json.writeNumber(ColumnFormat.number((System.nanoTime() - sinceNanos) / 1e9));
        }
    }

    /** The generator hides the IOException of a client that is gone, which is for the engine to see. */
    private static void io(Runnable writes) throws IOException {
        try {
            writes.run();
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
    }
}
