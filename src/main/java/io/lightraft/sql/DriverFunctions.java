package io.lightraft.sql;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * Takes the place of those functions that the driver adds to SQLite whose memory depends on a number that is given to
 * them. Theirs allocate before any limit is looked at: with a large number they find no memory, which is a failure of
 * the node and not of the statement, or write past what they got, which ends the process. On every connection on which
 * users' SQL runs, readers included.
 */
final class DriverFunctions {

    private final int maxValueBytes;

    private DriverFunctions(int maxValueBytes) {
        this.maxValueBytes = maxValueBytes;
    }

    /** What a text and a number give. */
    private interface Body {
        String answer(String text, long number) throws SQLException;
    }

    static void replace(SQLiteConnection connection, int maxValueBytes) throws SQLException {
        DriverFunctions functions = new DriverFunctions(maxValueBytes);
        define(connection, "padl", (text, width) -> functions.blanks(text, width) + text);
        define(connection, "padr", (text, width) -> text + functions.blanks(text, width));
        define(connection, "padc", functions::centered);
        define(connection, "replicate", functions::replicated);
        define(connection, "leftstr", (text, count) -> text.substring(0, end(text, count)));
        define(connection, "rightstr", (text, count) -> text.substring(end(text, length(text) - Math.max(0, count))));
    }

    private static void define(SQLiteConnection connection, String name, Body body) throws SQLException {
        OverridingFunction function = new OverridingFunction(arguments -> answer(arguments, body), thrown -> {});
        Function.create(
                connection,
                name,
                function,
                2,
                FunctionFlags.UTF8 | FunctionFlags.DETERMINISTIC | FunctionFlags.INNOCUOUS);
    }

    private static @Nullable Object answer(List<@Nullable Object> arguments, Body body) throws SQLException {
        Object text = arguments.get(0);
        if (text == null) {
            return null;
        }
        return body.answer(
                text instanceof byte[] blob ? new String(blob, StandardCharsets.UTF_8) : text.toString(),
                number(arguments.get(1)));
    }

    private static long number(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        try {
            return value instanceof String text ? Long.parseLong(text.trim()) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private String centered(String text, long width) throws SQLException {
        String blanks = blanks(text, width);
        return blanks.substring(0, blanks.length() / 2) + text + blanks.substring(blanks.length() / 2);
    }

    private String replicated(String text, long times) throws SQLException {
        return text.repeat(bounded(times, text.getBytes(StandardCharsets.UTF_8).length));
    }

    private String blanks(String text, long width) throws SQLException {
        return " ".repeat(Math.max(0, bounded(width, 1) - (int) length(text)));
    }

    /** Before anything is allocated. */
    private int bounded(long count, int bytesEach) throws SQLException {
        if (count < 0) {
            throw org.sqlite.core.DB.newSQLException(SqlErrors.ERROR, "domain error");
        }
        if (bytesEach > 0 && count > maxValueBytes / bytesEach) {
            throw org.sqlite.core.DB.newSQLException(SqlErrors.TOO_BIG, "string or blob too big");
        }
        return bytesEach == 0 ? 0 : (int) count;
    }

    private static long length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Where so many characters from the beginning end. */
    private static int end(String text, long count) {
        return count >= length(text) ? text.length() : text.offsetByCodePoints(0, (int) Math.max(0, count));
    }
}
