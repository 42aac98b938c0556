package io.lightraft.sql;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Commands run as a plain SQLite connection would run them, with transactions made by hand. */
final class PlainSqlite implements AutoCloseable {

    private static final Set<String> CHANGES = Set.of("INSERT", "REPLACE", "UPDATE", "DELETE", "WITH");

    private final Connection connection;

    PlainSqlite(Path file) throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite:" + file + "?jdbc.get_generated_keys=false");
        run("PRAGMA foreign_keys = ON");
    }

    /** What each statement gave, up to the first failure of an atomic command. */
    List<String> run(Command command) throws SQLException {
        List<String> seen = new ArrayList<>();
        if (command.atomic()) {
            run("BEGIN");
        }
        for (Statement statement : command.statements()) {
            String result = run(statement);
            seen.add(result);
            if (command.atomic() && result.startsWith("failed")) {
                rollback();
                return seen;
            }
        }
        if (command.atomic()) {
            try {
                run("COMMIT");
            } catch (SQLException e) {
                rollback();
                seen.replaceAll(result -> shown(e));
            }
        }
        return seen;
    }

    private String run(Statement statement) {
        return shown(statement, result(statement));
    }

    /** A failure of another kind than SQLite's is none here. */
    StatementResult result(Statement statement) {
        try (PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
            Parameters.bind(prepared, statement);
            try (Cursor cursor = new Cursor(prepared)) {
                List<List<@Nullable Object>> rows = new ArrayList<>();
                for (@Nullable Object[] row = cursor.next(); row != null; row = cursor.next()) {
                    rows.add(Arrays.asList(row));
                }
                return cursor.columns().isEmpty()
                        ? new StatementResult.Changed(prepared.getUpdateCount(), 0)
                        : new StatementResult.Rows(cursor.columns(), rows, 0, 0);
            }
        } catch (SQLException e) {
            return SqlErrors.failed(e);
        }
    }

    /** Whether a transaction is open; asked of SQLite itself, which has no other way to tell. */
    boolean isInTransaction() throws SQLException {
        try {
            run("BEGIN");
        } catch (SQLException e) {
            return true;
        }
        run("ROLLBACK");
        return false;
    }

    void rollback() throws SQLException {
        try {
            run("ROLLBACK");
        } catch (SQLException e) {
            if (!SqlErrors.message(e).contains("no transaction is active")) {
                throw e;
            }
        }
    }

    private void run(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    static String shown(Statement statement, StatementResult result) {
        if (result instanceof StatementResult.Failed failed) {
            return failed(failed.code(), failed.message());
        }
        return result instanceof StatementResult.Rows rows
                ? rows(rows.columns(), rows.rows())
                : changed(statement, ((StatementResult.Changed) result).rowsAffected());
    }

    private static String changed(Statement statement, long rows) {
        String word = statement.sql().split(" ")[0].toUpperCase(Locale.ROOT);
        return CHANGES.contains(word) ? "changed " + rows : "done";
    }

    private static String rows(List<Column> columns, List<List<@Nullable Object>> rows) {
        return columns + " "
                + rows.stream()
                        .map(row -> row.stream().map(PlainSqlite::shown).toList())
                        .toList();
    }

    private static String shown(SQLException e) {
        return failed(SqlErrors.code(e), SqlErrors.message(e));
    }

    /** The one error whose code and words are ours. */
    private static String failed(int code, String message) {
        boolean full = code == SqlErrors.FULL || message.equals("an AUTOINCREMENT key has no number left");
        return full ? "failed: full" : "failed " + code + " " + message;
    }

    static String shown(@Nullable Object value) {
        return value instanceof byte[] blob ? "x" + HexFormat.of().formatHex(blob) : String.valueOf(value);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
