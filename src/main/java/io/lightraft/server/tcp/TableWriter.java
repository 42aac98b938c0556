package io.lightraft.server.tcp;

import io.lightraft.sql.Column;
import io.lightraft.sql.ResultSink;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws results as they come. Rows become a bordered table; the widths of its columns are those of the first rows
 * (held back until there are enough of them, by count or size), and a later, wider cell runs over its border rather
 * than being cut. A cell of several lines goes on below, in the same column.
 */
final class TableWriter implements ResultSink {

    private static final int HEAD_ROWS = 200;
    private static final int HEAD_CHARS = 64 * 1024;
    // A single huge value must not make every other row as wide.
    private static final int MAX_COLUMN_WIDTH = 1000;
    private static final String SPACES = " ".repeat(MAX_COLUMN_WIDTH);

    private final Writer out;
    private final List<String[]> head = new ArrayList<>();
    private int headChars;
    private String[] names = {};
    private int[] widths = {};
    private boolean holdsHead;
    private boolean tableOpen;
    private boolean failed;

    TableWriter(Writer out) {
        this.out = out;
    }

    @Override
    public void columns(List<Column> columns) {
        names = columns.stream().map(Column::name).toArray(String[]::new);
        widths = new int[names.length];
        widen(names);
        head.clear();
        headChars = 0;
        holdsHead = true;
        tableOpen = true;
    }

    @Override
    public void row(@Nullable Object[] values) throws IOException {
        String[] cells = Arrays.stream(values).map(CellText::of).toArray(String[]::new);
        if (!holdsHead) {
            writeRow(cells);
            return;
        }
        head.add(cells);
        widen(cells);
        for (String cell : cells) {
            headChars += Math.min(cell.length(), HEAD_CHARS);
        }
        if (head.size() >= HEAD_ROWS || headChars >= HEAD_CHARS) {
            writeHead();
        }
    }

    @Override
    public void endOfRows() throws IOException {
        if (names.length == 0) {
            tableOpen = false;
            out.write("OK\n");
        }
        closeTable();
    }

    @Override
    public void changed(long rowsAffected, long lastInsertRowid) throws IOException {
        closeTable();
        out.write(rowsAffected + (rowsAffected == 1 ? " row affected\n" : " rows affected\n"));
    }

    @Override
    public void failed(int code, String message) throws IOException {
        failed = true;
        error(message);
    }

    /** Whether a statement failed. */
    boolean hasFailed() {
        return failed;
    }

    /** An error line, below the table that it cut short; a table without any row yet is not drawn. */
    void error(String message) throws IOException {
        if (holdsHead && head.isEmpty()) {
            tableOpen = false;
        }
        closeTable();
        out.write(Ansi.error(message));
    }

    private void closeTable() throws IOException {
        if (!tableOpen) {
            return;
        }
        tableOpen = false;
        if (names.length > 0) {
            writeHead();
            writeBorder();
        }
    }

    private void widen(String[] cells) {
        for (int i = 0; i < cells.length; i++) {
            widths[i] = Math.min(MAX_COLUMN_WIDTH, Math.max(widths[i], CellText.width(cells[i])));
        }
    }

    private void writeHead() throws IOException {
        if (!holdsHead) {
            return;
        }
        holdsHead = false;
        writeBorder();
        writeRow(names);
        writeBorder();
        for (String[] cells : head) {
            writeRow(cells);
        }
        head.clear();
    }

    private void writeBorder() throws IOException {
        for (int width : widths) {
            out.write("+-");
            out.write("-".repeat(width));
            out.write('-');
        }
        out.write("+\n");
    }

    private void writeRow(String[] texts) throws IOException {
        CellText[] cells = Arrays.stream(texts).map(CellText::new).toArray(CellText[]::new);
        do {
            for (int i = 0; i < cells.length; i++) {
                out.write("| ");
                int width = cells[i].writeLine(out);
                out.write(SPACES, 0, Math.max(0, widths[i] - width));
                out.write(' ');
            }
            out.write("|\n");
        } while (Arrays.stream(cells).anyMatch(CellText::hasMore));
    }
}
