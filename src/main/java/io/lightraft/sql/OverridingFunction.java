package io.lightraft.sql;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;

/** A function of ours for SQLite, in which nothing that is thrown gets lost. */
final class OverridingFunction extends Function {

    interface Body {
        /** @param arguments as Long, Double, String or byte[] */
        @Nullable
        Object answer(List<@Nullable Object> arguments) throws SQLException;
    }

    private final Body body;
    private final Consumer<Throwable> fault;

    /** @param fault is told of what is a failure of this node, not of the statement */
    OverridingFunction(Body body, Consumer<Throwable> fault) {
        this.body = body;
        this.fault = fault;
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
                fault.accept(e);
            }
            error(SqlErrors.message(e));
        } catch (Throwable e) {
            fault.accept(e);
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
