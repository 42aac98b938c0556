package io.lightraft.sql;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/**
 * Takes the place of those of SQLite's functions that compare each part of one value with each part of another, all
 * within one instruction, where the budget of instructions can't see it: two values of some megabytes keep them busy for
 * minutes (replace, instr) or a day (trim). A call whose lengths multiply to more than the limit fails, on every node;
 * others are answered by SQLite's own, and charged to the budget.
 */
final class CostlyFunctions implements AutoCloseable {

    /** A second or two, as the slowest of them goes. */
    static final long MAX_PRODUCT = 1_000_000_000L;

    /** What takes as long as an instruction of SQLite's, more or less. */
    private static final long PRODUCT_PER_OPCODE = 50;

    private static final int TEXT = 3;
    private static final int BLOB = 4;

    private record Costly(String name, int arguments) {}

    /** The last three are extensions of the driver. */
    private static final List<Costly> ALL = List.of(
            new Costly("instr", 2),
            new Costly("replace", 3),
            new Costly("trim", 2),
            new Costly("ltrim", 2),
            new Costly("rtrim", 2),
            new Costly("charindex", 2),
            new Costly("charindex", 3),
            new Costly("strfilter", 2));

    private final SQLiteConnection builtIn;
    private final OpcodeBudget budget;
    private final Map<String, PreparedStatement> calls = new HashMap<>();
    private @Nullable Throwable fault;

    CostlyFunctions(SQLiteConnection writer, int maxValueBytes, OpcodeBudget budget) throws SQLException {
        this.budget = budget;
        builtIn = new org.sqlite.jdbc4.JDBC4Connection(
                "jdbc:sqlite::memory:", ":memory:", new SQLiteConfig().toProperties());
        builtIn.setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, maxValueBytes);
        for (Costly function : ALL) {
            Function.create(
                    writer,
                    function.name(),
                    new Bounded(function.name()),
                    function.arguments(),
                    FunctionFlags.UTF8 | FunctionFlags.DETERMINISTIC | FunctionFlags.INNOCUOUS);
        }
    }

    /** What went wrong in a function on this node, to be looked at before any error of a statement is believed. */
    @Nullable
    Throwable fault() {
        return fault;
    }

    private final class Bounded extends Function {

        private final String name;

        Bounded(String name) {
            this.name = name;
        }

        @Override
        protected void xFunc() throws SQLException {
            try {
                @Nullable Object[] arguments = new Object[args()];
                for (int i = 0; i < arguments.length; i++) {
                    arguments[i] = argument(i);
                }
                long product = length(arguments[0]) * length(arguments[1]);
                budget.charge(OpcodeBudget.DELEGATED + product / PRODUCT_PER_OPCODE);
                if (product > MAX_PRODUCT) {
                    error(name + "() of values so long takes too much work (the product of their lengths is limited to "
                            + MAX_PRODUCT + ")");
                    return;
                }
                answer(arguments);
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
                case TEXT -> text(i);
                case BLOB -> value_blob(i);
                default -> null;
            };
        }

        /** What Java can't hold can't be answered as it is, either. */
        private String text(int i) throws SQLException {
            byte[] bytes = value_blob(i);
            if (bytes == null) {
                return "";
            }
            String text = new String(bytes, StandardCharsets.UTF_8);
            if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
                throw org.sqlite.core.DB.newSQLException(
                        SqlErrors.ERROR, name + "() in a write needs valid UTF-8; CAST the value to BLOB");
            }
            return text;
        }

        private void answer(@Nullable Object[] arguments) throws SQLException {
            String sql = sql(name, arguments.length);
            PreparedStatement call = prepared(sql);
            for (int i = 0; i < arguments.length; i++) {
                call.setObject(i + 1, arguments[i]);
            }
            try (ResultSet row = call.executeQuery()) {
                Object value = row.next() ? row.getObject(1) : null;
                if (value == null) {
                    result();
                } else if (value instanceof Number number) {
                    result(number.longValue());
                } else if (value instanceof byte[] blob) {
                    result(blob);
                } else {
                    result(value.toString());
                }
            } catch (SQLException e) {
                calls.remove(sql); // the driver doesn't run one again that has failed
                call.close();
                throw e;
            }
        }
    }

    private static long length(@Nullable Object value) {
        return value instanceof String text ? text.length() : value instanceof byte[] blob ? blob.length : 32;
    }

    private static String sql(String name, int arguments) {
        return "SELECT " + name + "(" + String.join(", ", Collections.nCopies(arguments, "?")) + ")";
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
        for (PreparedStatement call : calls.values()) {
            call.close();
        }
        builtIn.close();
    }
}
