package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.sql.Column;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TableWriterTests {

    private final StringWriter out = new StringWriter();
    private final TableWriter table = new TableWriter(out);

    private void columns(String... names) throws IOException {
        table.columns(Stream.of(names).map(name -> new Column(name, null)).toList());
    }

    private void row(@Nullable Object... values) throws IOException {
        table.row(values);
    }

    @Test
    void aCellOfSeveralLinesGoesOnBelow() throws IOException {
        columns("id", "poem");
        row(1L, "roses\nare\r\nred");
        row(2L, null);
        table.endOfRows();
        assertThat(out).hasToString("""
                        +----+-------+
                        | id | poem  |
                        +----+-------+
                        | 1  | roses |
                        |    | are   |
                        |    | red   |
                        | 2  | NULL  |
                        +----+-------+
                        """);
    }

    @Test
    void bordersAreStraightBesideWideCharacters() throws IOException {
        columns("名前", "x");
        row("e\u0301te\u0301", 1L);
        row("日本語", 2L);
        row("👍🏽", 3L);
        table.endOfRows();
        assertThat(out).hasToString("""
                        +--------+---+
                        | 名前   | x |
                        +--------+---+
                        | e\u0301te\u0301    | 1 |
                        | 日本語 | 2 |
                        | 👍🏽     | 3 |
                        +--------+---+
                        """);
    }

    @Test
    void wideValuesAreNeverCut() throws IOException {
        String wide = "w".repeat(100_000);
        columns("a");
        row("narrow");
        row(wide);
        table.endOfRows();
        assertThat(out.toString()).contains("| " + wide + " |\n").contains("| narrow" + " ".repeat(995) + "|\n");
    }

    @Test
    void aWiderCellAfterTheFirstRowsRunsOverItsBorder() throws IOException {
        columns("a", "b");
        for (int i = 0; i < 200; i++) {
            row("x", "y");
        }
        row("wider", "y");
        row("x", "y");
        table.endOfRows();
        assertThat(out.toString()).endsWith("| x | y |\n| wider | y |\n| x | y |\n+---+---+\n");
    }

    @Test
    void rowsAreHeldBackByCountAndSizeOnly() throws IOException {
        columns("a");
        for (int i = 0; i < 199; i++) {
            row("x");
        }
        assertThat(out).hasToString("");
        row("x");
        assertThat(out.toString()).hasLineCount(203);

        columns("b");
        row("x".repeat(70_000));
        assertThat(out.toString()).contains("| b ");
    }

    @Test
    void anErrorBeforeTheFirstRowComesAlone() throws IOException {
        columns("a");
        table.failed(9, "interrupted");
        assertThat(out).hasToString(ListenerTestSupport.error("interrupted"));
    }

    @Test
    void anErrorInMidTableComesBelowTheRowsThereWere() throws IOException {
        columns("a");
        row(1L);
        table.failed(9, "interrupted");
        assertThat(out).hasToString("+---+\n| a |\n+---+\n| 1 |\n+---+\n" + ListenerTestSupport.error("interrupted"));
    }

    @Test
    void aResultWithoutColumnsIsJustOk() throws IOException {
        table.columns(List.of());
        table.endOfRows();
        assertThat(out).hasToString("OK\n");
    }

    @Test
    void countsRowsInWords() throws IOException {
        table.changed(0, 0);
        table.changed(1, 1);
        table.changed(1_000_000, 1);
        assertThat(out).hasToString("0 rows affected\n1 row affected\n1000000 rows affected\n");
    }
}
