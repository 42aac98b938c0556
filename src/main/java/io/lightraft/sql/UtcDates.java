package io.lightraft.sql;

import java.sql.SQLException;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * Makes 'localtime' and 'utc' change nothing in what is read, as in what is written: else each node would answer in
 * the zone of its machine. Only calls that have modifiers come here, the others keep the speed of the built-in ones.
 */
final class UtcDates implements AutoCloseable {

    private static final int MOST_MODIFIERS = 12;

    private final DateFunctions dates = new DateFunctions();

    UtcDates(SQLiteConnection reader) throws SQLException {
        for (int modifiers = 1; modifiers <= MOST_MODIFIERS; modifiers++) {
            for (String name : DateFunctions.NAMES) {
                define(reader, name, 1 + modifiers, arguments -> dates.date(name, arguments, 0));
            }
            define(reader, "strftime", 2 + modifiers, arguments -> dates.date("strftime", arguments, 1));
        }
    }

    private static void define(SQLiteConnection reader, String name, int arguments, OverridingFunction.Body body)
            throws SQLException {
        OverridingFunction function = new OverridingFunction(body, thrown -> {});
        Function.create(reader, name, function, arguments, FunctionFlags.DETERMINISTIC | FunctionFlags.INNOCUOUS);
    }

    /** What 'now' is until the next time. */
    void use(long clockMillis) {
        dates.use(clockMillis);
    }

    @Override
    public void close() throws SQLException {
        dates.close();
    }
}
