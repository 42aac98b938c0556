package io.lightraft.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/**
 * Takes the place of SQLite's functions that would answer differently on every node: they answer from the clock and the
 * seed in the entry's header. That reaches DEFAULTs, triggers, views and generated columns, with no SQL rewritten. The
 * cluster's time zone is UTC: 'localtime' and 'utc' change nothing.
 */
final class DeterministicFunctions implements AutoCloseable {

    /** Without it, schemas that index a date can't be opened. CURRENT_* and random() must not have it. */
    private static final int DETERMINISTIC = 0x800;

    private static final int INNOCUOUS = 0x200000;
    private static final int ANY_COUNT = -1;

    private static final List<String> DATES = List.of("date", "time", "datetime", "julianday", "unixepoch");
    private static final Set<String> ZONES = Set.of("localtime", "utc");
    private static final Set<String> SUBSECONDS = Set.of("subsec", "subsecond");
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int DATE_CHARS = 10;
    private static final int SECONDS_CHARS = 19;

    private final int maxBlobBytes;
    /** Computes what the built-in functions give, once 'now' is replaced. */
    private final SQLiteConnection builtIn;

    private final Map<String, PreparedStatement> calls = new HashMap<>();
    private SplittableRandom random = new SplittableRandom(0);
    private String now = TIMESTAMP.format(Instant.EPOCH);
    private final Set<String> gaveNow = new HashSet<>();
    private @Nullable Throwable fault;

    DeterministicFunctions(SQLiteConnection writer, int maxBlobBytes) throws SQLException {
        this.maxBlobBytes = maxBlobBytes;
        builtIn = new org.sqlite.jdbc4.JDBC4Connection(
                "jdbc:sqlite::memory:", ":memory:", new SQLiteConfig().toProperties());
        define(writer, "random", 0, INNOCUOUS, arguments -> random.nextLong());
        define(writer, "randomblob", 1, INNOCUOUS, this::randomBlob);
        define(writer, "current_timestamp", 0, INNOCUOUS, arguments -> now.substring(0, SECONDS_CHARS));
        define(writer, "current_date", 0, INNOCUOUS, arguments -> now.substring(0, DATE_CHARS));
        define(writer, "current_time", 0, INNOCUOUS, arguments -> now.substring(DATE_CHARS + 1, SECONDS_CHARS));
        for (String name : DATES) {
            define(writer, name, ANY_COUNT, DETERMINISTIC | INNOCUOUS, arguments -> date(name, arguments, 0));
        }
        define(writer, "strftime", ANY_COUNT, DETERMINISTIC | INNOCUOUS, arguments -> date("strftime", arguments, 1));
        define(writer, "timediff", 2, DETERMINISTIC | INNOCUOUS, arguments -> {
            arguments.replaceAll(DeterministicFunctions::asDateArgument);
            arguments.replaceAll(value -> orNow("timediff", value));
            return call("timediff", arguments);
        });
    }

    /** What the functions answer from for the next statement. */
    void use(long clockMillis, long seed, int statementNumber) {
        now = TIMESTAMP.format(Instant.ofEpochMilli(clockMillis));
        gaveNow.clear();
        // Each statement has its own numbers, so that none depends on whether another one was run again.
        random = new SplittableRandom(seed + statementNumber * 0x9E3779B97F4A7C15L);
    }

    /** The date functions that were asked for the current time or the local zone since the last {@link #use}. */
    Set<String> gaveNow() {
        return gaveNow;
    }

    /** What went wrong in a function on this node, to be looked at before any error of a statement is believed. */
    @Nullable
    Throwable fault() {
        return fault;
    }

    private interface Body {
        @Nullable
        Object answer(List<@Nullable Object> arguments) throws SQLException;
    }

    private void define(SQLiteConnection writer, String name, int arguments, int flags, Body body) throws SQLException {
        Function.create(writer, name, new Overriding(body), arguments, flags);
    }

    private final class Overriding extends Function {

        private final Body body;

        Overriding(Body body) {
            this.body = body;
        }

        @Override
        protected void xFunc() throws SQLException {
            try {
                List<@Nullable Object> arguments = new ArrayList<>(args());
                for (int i = 0; i < args(); i++) {
                    arguments.add(argument(i));
                }
                answer(body.answer(arguments));
            } catch (SQLException e) {
                if (!SqlErrors.isResult(e)) {
                    fault = e;
                }
                error(SqlErrors.message(e));
            } catch (Throwable e) {
                fault = e;
                error("a function failed on this node");
            }
        }

        private @Nullable Object argument(int i) throws SQLException {
            return switch (value_type(i)) {
                case 1 -> value_long(i);
                case 2 -> value_double(i);
                case 3 -> value_text(i);
                case 4 -> value_blob(i);
                default -> null;
            };
        }

        private void answer(@Nullable Object value) throws SQLException {
            if (value == null) {
                result();
            } else if (value instanceof Number number && !(value instanceof Double)) {
                result(number.longValue());
            } else if (value instanceof Double number) {
                result(number);
            } else if (value instanceof byte[] blob) {
                result(blob);
            } else {
                result(value.toString());
            }
        }
    }

    private byte[] randomBlob(List<@Nullable Object> arguments) throws SQLException {
        Object length = call("max", List.of(1L, integer(arguments.get(0))));
        long bytes = length instanceof Number number ? number.longValue() : 1;
        if (bytes > maxBlobBytes) {
            throw org.sqlite.core.DB.newSQLException(SqlErrors.TOO_BIG, "string or blob too big");
        }
        byte[] blob = new byte[(int) bytes];
        random.nextBytes(blob);
        return blob;
    }

    /** As SQLite converts any value to an integer. */
    private long integer(@Nullable Object value) throws SQLException {
        if (value instanceof Long number) {
            return number;
        }
        PreparedStatement cast = prepared("SELECT CAST(? AS INTEGER)");
        cast.setObject(1, value);
        try (ResultSet row = cast.executeQuery()) {
            return row.getLong(1);
        }
    }

    /** @param at where the time stands among the arguments; what follows it are modifiers */
    private @Nullable Object date(String name, List<@Nullable Object> arguments, int at) throws SQLException {
        arguments.replaceAll(DeterministicFunctions::asDateArgument);
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

    private static @Nullable Object asDateArgument(@Nullable Object value) {
        String text = DateArguments.text(value);
        return text != null ? text : value;
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
        PreparedStatement call =
                prepared("SELECT " + name + "(" + places.substring(0, Math.max(0, places.length() - 1)) + ")");
        for (int i = 0; i < arguments.size(); i++) {
            call.setObject(i + 1, arguments.get(i));
        }
        try (ResultSet row = call.executeQuery()) {
            return row.next() ? row.getObject(1) : null;
        }
    }

    private PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement known = calls.get(sql);
        if (known == null) {
            known = ((Connection) builtIn).prepareStatement(sql);
            calls.put(sql, known);
        }
        return known;
    }

    @Override
    public void close() throws SQLException {
        builtIn.close();
    }
}
