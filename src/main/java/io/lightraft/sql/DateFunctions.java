package io.lightraft.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/**
 * SQLite's date functions, from a clock that is given and in the zone UTC: the built-in ones compute, on a connection
 * of their own, once 'now' is replaced and the names of zones are left out. Confined to one thread at a time.
 */
final class DateFunctions implements AutoCloseable {

    /** Those whose first argument is the time; strftime has a format before it. */
    static final List<String> NAMES = List.of("date", "time", "datetime", "julianday", "unixepoch");

    private static final Set<String> ZONES = Set.of("localtime", "utc");
    private static final Set<String> SUBSECONDS = Set.of("subsec", "subsecond");
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Map<String, PreparedStatement> calls = new HashMap<>();
    private final Set<String> gaveNow = new HashSet<>();
    private String now = TIMESTAMP.format(Instant.EPOCH);
    private @Nullable SQLiteConnection builtIn;

    /** What the functions answer from, until the next time. */
    void use(long clockMillis) {
        now = TIMESTAMP.format(Instant.ofEpochMilli(clockMillis));
        gaveNow.clear();
    }

    /** {@code YYYY-MM-DD HH:MM:SS.SSS}. */
    String now() {
        return now;
    }

    /** The functions that were asked for the current time or the local zone since the last {@link #use}. */
    Set<String> gaveNow() {
        return gaveNow;
    }

    /** @param at where the time stands among the arguments; what follows it are modifiers */
    @Nullable
    Object date(String name, List<? extends @Nullable Object> given, int at) throws SQLException {
        List<@Nullable Object> arguments = read(given);
        if (arguments.size() == at || arguments.size() > at && isOneOf(SUBSECONDS, arguments.get(at))) {
            arguments.add(at, now);
            gaveNow.add(name);
        } else if (arguments.size() > at) {
            arguments.set(at, orNow(name, arguments.get(at)));
            for (int i = arguments.size() - 1; i > at; i--) {
                if (isOneOf(ZONES, arguments.get(i))) {
                    arguments.remove(i);
                    gaveNow.add(name);
                }
            }
        }
        return call(name, arguments);
    }

    /** Of two times. */
    @Nullable
    Object timediff(List<? extends @Nullable Object> given) throws SQLException {
        List<@Nullable Object> arguments = read(given);
        arguments.replaceAll(value -> orNow("timediff", value));
        return call("timediff", arguments);
    }

    private static List<@Nullable Object> read(List<? extends @Nullable Object> given) {
        List<@Nullable Object> arguments = new ArrayList<>(given.size() + 1);
        for (Object value : given) {
            String text = DateArguments.text(value);
            arguments.add(text != null ? text : value);
        }
        return arguments;
    }

    private @Nullable Object orNow(String function, @Nullable Object value) {
        if (value instanceof String text && text.equalsIgnoreCase("now")) {
            gaveNow.add(function);
            return now;
        }
        return value;
    }

    private static boolean isOneOf(Set<String> words, @Nullable Object value) {
        return value instanceof String text && words.contains(text.toLowerCase(Locale.ROOT));
    }

    private @Nullable Object call(String name, List<? extends @Nullable Object> arguments) throws SQLException {
        String places = "?,".repeat(arguments.size());
        return first("SELECT " + name + "(" + places.substring(0, Math.max(0, places.length() - 1)) + ")", arguments);
    }

    /** As SQLite converts any value to an integer. */
    long integer(@Nullable Object value) throws SQLException {
        return value instanceof Number number && !(value instanceof Double)
                ? number.longValue()
                : first("SELECT CAST(? AS INTEGER)", Collections.singletonList(value)) instanceof Number number
                        ? number.longValue()
                        : 0;
    }

    private @Nullable Object first(String sql, List<? extends @Nullable Object> values) throws SQLException {
        PreparedStatement call = prepared(sql);
        for (int i = 0; i < values.size(); i++) {
            call.setObject(i + 1, values.get(i));
        }
        try (ResultSet row = call.executeQuery()) {
            return row.next() ? row.getObject(1) : null;
        } catch (SQLException e) {
            calls.remove(sql); // the driver doesn't run one again that has failed
            call.close();
            throw e;
        }
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = calls.get(sql);
        if (known == null) {
            if (builtIn == null) {
                builtIn = new org.sqlite.jdbc4.JDBC4Connection(
                        "jdbc:sqlite::memory:", ":memory:", new SQLiteConfig().toProperties());
            }
            known = ((Connection) builtIn).prepareStatement(sql);
            calls.put(sql, known);
        }
        return known;
    }

    @Override
    public void close() throws SQLException {
        if (builtIn != null) {
            builtIn.close();
        }
    }
}
