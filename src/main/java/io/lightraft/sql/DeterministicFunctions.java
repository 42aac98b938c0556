package io.lightraft.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/**
 * Takes the place of SQLite's functions that would answer differently on every node: they answer from the clock and the
 * seed in the entry's header. That reaches DEFAULTs, triggers, views and generated columns, with no SQL rewritten. The
 * cluster's time zone is UTC: 'localtime' and 'utc' change nothing.
 */
final class DeterministicFunctions implements AutoCloseable {

    private static final int ANY_COUNT = -1;

    private static final int DATE_CHARS = 10;
    private static final int SECONDS_CHARS = 19;

    private static final int BYTES_PER_OPCODE = 32;

    private final int maxBlobBytes;
    private final OpcodeBudget budget;
    private final DateFunctions dates = new DateFunctions();
    private SplittableRandom random = new SplittableRandom(0);
    private @Nullable Throwable fault;

    DeterministicFunctions(SQLiteConnection writer, int maxBlobBytes, OpcodeBudget budget) throws SQLException {
        this.maxBlobBytes = maxBlobBytes;
        this.budget = budget;
        define(writer, "random", 0, FunctionFlags.INNOCUOUS, arguments -> random.nextLong());
        define(writer, "randomblob", 1, FunctionFlags.INNOCUOUS, this::randomBlob);
        define(writer, "current_timestamp", 0, FunctionFlags.INNOCUOUS, arguments -> now(0, SECONDS_CHARS));
        define(writer, "current_date", 0, FunctionFlags.INNOCUOUS, arguments -> now(0, DATE_CHARS));
        define(writer, "current_time", 0, FunctionFlags.INNOCUOUS, arguments -> now(DATE_CHARS + 1, SECONDS_CHARS));
        for (String name : DateFunctions.NAMES) {
            define(
                    writer,
                    name,
                    ANY_COUNT,
                    FunctionFlags.DETERMINISTIC | FunctionFlags.INNOCUOUS,
                    arguments -> dates.date(name, arguments, 0));
        }
        define(
                writer,
                "strftime",
                ANY_COUNT,
                FunctionFlags.DETERMINISTIC | FunctionFlags.INNOCUOUS,
                arguments -> dates.date("strftime", arguments, 1));
        define(writer, "timediff", 2, FunctionFlags.DETERMINISTIC | FunctionFlags.INNOCUOUS, dates::timediff);
    }

    /** What the functions answer from for the next statement. */
    void use(long clockMillis, long seed, int statementNumber) {
        dates.use(clockMillis);
        // Each statement has its own numbers, so that none depends on whether another one was run again.
        random = new SplittableRandom(seed + statementNumber * 0x9E3779B97F4A7C15L);
    }

    /** The date functions that were asked for the current time or the local zone since the last {@link #use}. */
    Set<String> gaveNow() {
        return dates.gaveNow();
    }

    /** What went wrong in a function on this node, to be looked at before any error of a statement is believed. */
    @Nullable
    Throwable fault() {
        return fault;
    }

    private void define(SQLiteConnection writer, String name, int arguments, int flags, OverridingFunction.Body body)
            throws SQLException {
        boolean delegated = DateFunctions.NAMES.contains(name) || name.equals("strftime") || name.equals("timediff");
        int cost = delegated ? OpcodeBudget.DELEGATED : OpcodeBudget.CALL;
        OverridingFunction.Body charged = given -> {
            budget.charge(cost);
            return body.answer(given);
        };
        Function.create(writer, name, new OverridingFunction(charged, thrown -> fault = thrown), arguments, flags);
    }

    private String now(int from, int to) {
        return dates.now().substring(from, to);
    }

    private byte[] randomBlob(List<@Nullable Object> arguments) throws SQLException {
        long bytes = Math.max(1, dates.integer(arguments.get(0)));
        if (bytes > maxBlobBytes) {
            throw org.sqlite.core.DB.newSQLException(SqlErrors.TOO_BIG, "string or blob too big");
        }
        budget.charge(bytes / BYTES_PER_OPCODE);
        byte[] blob = new byte[(int) bytes];
        random.nextBytes(blob);
        return blob;
    }

    @Override
    public void close() throws SQLException {
        dates.close();
    }
}
