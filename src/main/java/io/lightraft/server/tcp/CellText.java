package io.lightraft.server.tcp;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The text of one cell, written a line at a time. Nothing in it can move the cursor or change the terminal: control
 * characters, those that turn the direction of text, and halves of surrogate pairs are shown as escapes. Never copies
 * the text, which may be large.
 */
final class CellText {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    // SQLite's own bounds for writing a REAL without an exponent.
    private static final double PLAIN_REAL_MIN = 1e-4;
    private static final double PLAIN_REAL_MAX = 1e17;

    private final String text;
    private int position;

    CellText(String text) {
        this.text = text;
    }

    /** A value of SQLite as people see it: NULL, numbers as SQLite writes them, blobs as its literals. */
    static String of(@Nullable Object value) {
        if (value == null) {
            return "NULL";
        }
        if (value instanceof byte[] blob) {
            return "X'" + HEX.formatHex(blob) + "'";
        }
        return value instanceof Double real ? ofReal(real) : value.toString();
    }

    /** The shortest digits that give the same number again, laid out as SQLite does. */
    private static String ofReal(double real) {
        if (Double.isInfinite(real)) {
            return real > 0 ? "Inf" : "-Inf";
        }
        if (real == 0 || Double.isNaN(real)) {
            return real == 0 ? "0.0" : "NULL";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(real)).stripTrailingZeros();
        double size = Math.abs(real);
        if (size >= PLAIN_REAL_MIN && size < PLAIN_REAL_MAX) {
            return decimal.setScale(Math.max(1, decimal.scale())).toPlainString();
        }
        String digits = decimal.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - decimal.scale();
        return (real < 0 ? "-" : "")
                + digits.charAt(0)
                + "."
                + (digits.length() > 1 ? digits.substring(1) : "0")
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    /** The width of the widest line, in columns of a terminal. */
    static int width(String text) {
        CellText cell = new CellText(text);
        int width = 0;
        try {
            do {
                width = Math.max(width, cell.writeLine(Writer.nullWriter()));
            } while (cell.hasMore());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return width;
    }

    static String onOneLine(String text) {
        StringWriter out = new StringWriter();
        try {
            new CellText(text.replaceAll("\\R", " ").strip()).writeLine(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    boolean hasMore() {
        return position <= text.length();
    }

    /**
     * Writes the next line; nothing when there is none.
     *
     * @return its width in columns
     */
    int writeLine(Writer out) throws IOException {
        int width = 0;
        int previous = 0;
        while (position < text.length()) {
            int plainEnd = endOfPlainRun(position);
            if (plainEnd > position) {
                out.write(text, position, plainEnd - position);
                width += plainEnd - position;
                previous = text.charAt(plainEnd - 1);
                position = plainEnd;
                continue;
            }
            int codePoint = text.codePointAt(position);
            int end = position + Character.charCount(codePoint);
            if (codePoint == '\n' || codePoint == '\r' && end < text.length() && text.charAt(end) == '\n') {
                position = codePoint == '\n' ? end : end + 1;
                return width;
            }
            if (isUnsafe(codePoint)) {
                String escape = escape(codePoint);
                out.write(escape);
                width += escape.length();
                previous = 0;
            } else {
                out.write(text, position, end - position);
                width += DisplayWidth.of(previous, codePoint);
                previous = codePoint;
            }
            position = end;
        }
        // One past the end: a text that ends in a line break still has an empty line to come.
        position = text.length() + 1;
        return width;
    }

    private int endOfPlainRun(int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= ' ' && text.charAt(end) <= '~') {
            end++;
        }
        return end;
    }

    private static boolean isUnsafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default ->
                switch (Character.getDirectionality(codePoint)) {
                    case Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING,
                            Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE,
                            Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING,
                            Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE,
                            Character.DIRECTIONALITY_POP_DIRECTIONAL_FORMAT,
                            Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
                            Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
                            Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE,
                            Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE -> true;
                    default -> false;
                };
        };
    }

    private static String escape(int codePoint) {
        return switch (codePoint) {
            case '\t' -> "\\t";
            case '\r' -> "\\r";
            default -> String.format(codePoint < 0x100 ? "\\x%02x" : "\\u%04x", codePoint);
        };
    }
}
