package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellTextTests {

    private static List<String> lines(String text) throws IOException {
        List<String> lines = new ArrayList<>();
        CellText cell = new CellText(text);
        do {
            StringWriter line = new StringWriter();
            assertThat(cell.writeLine(line)).isEqualTo(CellText.width(line.toString()));
            lines.add(line.toString());
        } while (cell.hasMore());
        return lines;
    }

    @Test
    void valuesLookAsInSqlite() {
        assertThat(CellText.of(null)).isEqualTo("NULL");
        assertThat(CellText.of(Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
        assertThat(CellText.of("it's")).isEqualTo("it's");
        assertThat(CellText.of(new byte[] {0, 0x1F, (byte) 0xFF})).isEqualTo("X'001FFF'");
        assertThat(CellText.of(new byte[0])).isEqualTo("X''");
    }

    // The texts are those of SELECT CAST(x AS TEXT) in SQLite 3.54.1.
    @ParameterizedTest
    @CsvSource({
        "1.5, 1.5",
        "-1e10, -10000000000.0",
        "0.1, 0.1",
        "1e16, 10000000000000000.0",
        "1e17, 1.0e+17",
        "1e100, 1.0e+100",
        "-2.5e-7, -2.5e-07",
        "0.0001, 0.0001",
        "0.00001, 1.0e-05",
        "100000000000000.5, 100000000000000.5",
        "-0.0, 0.0",
        "Infinity, Inf",
        "-Infinity, -Inf",
    })
    void realsLookAsInSqlite(double real, String text) {
        assertThat(CellText.of(real)).isEqualTo(text);
    }

    @Test
    void linesEndAtLfAndCrlf() throws IOException {
        assertThat(lines("a\nb\r\nc")).containsExactly("a", "b", "c");
        assertThat(lines("a\n")).containsExactly("a", "");
        assertThat(lines("\n\n")).containsExactly("", "", "");
        assertThat(lines("")).containsExactly("");
    }

    @Test
    void nothingCanCommandTheTerminal() throws IOException {
        assertThat(lines("\u001B[2J\u0007\t\0\u007F\u009B1m")).containsExactly("\\x1b[2J\\x07\\t\\x00\\x7f\\x9b1m");
        assertThat(lines("a\rb\r")).containsExactly("a\\rb\\r");
        assertThat(lines("\u202Eevil\u2066\u2069\u2028")).containsExactly("\\u202eevil\\u2066\\u2069\\u2028");
        assertThat(lines("half \uD83D pair")).containsExactly("half \\ud83d pair");
    }
}
