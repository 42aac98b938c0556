package io.lightraft.sql;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.sqlite.SQLiteConnection;

/** The one connection that writes, with its transactions made by hand. Confined to the apply worker. */
final class Writer implements AutoCloseable {

    private final SQLiteConnection connection;
    private final JdbcTemplate jdbc;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Writer(Path file, ClusterLimits limits) throws SQLException {
        connection = SqliteConnections.openWriter(file, limits);
        jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }

    SQLiteConnection connection() {
        return connection;
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }

    void begin() throws SQLException {
        run("BEGIN IMMEDIATE");
    }

    void commit() throws SQLException {
        run("COMMIT");
    }

    /** Leaves no transaction behind, whether or not there was one. */
    void rollback() throws SQLException {
        try {
            run("ROLLBACK");
        } catch (SQLException e) {
            if (!SqlErrors.message(e).contains("no transaction is active")) {
                throw e;
            }
        }
    }

    /** Runs one of Lightraft's own statements; it stays prepared. */
    void run(String sql, @Nullable Object... parameters) throws SQLException {
        try {
            prepared(sql, parameters).execute();
        } catch (SQLException e) {
            forget(sql);
            throw e;
        }
    }

    /** The first value of one of Lightraft's own queries; 0 if it has no row. */
    long number(String sql, @Nullable Object... parameters) throws SQLException {
        try (ResultSet rows = prepared(sql, parameters).executeQuery()) {
            return rows.next() ? rows.getLong(1) : 0;
        } catch (SQLException e) {
            forget(sql);
            throw e;
        }
    }

    /** The first row of one of Lightraft's own queries. */
    long[] row(String sql, int columns) throws SQLException {
        long[] values = new long[columns];
        try (ResultSet rows = prepared(sql).executeQuery()) {
            rows.next();
            for (int i = 0; i < columns; i++) {
                values[i] = rows.getLong(i + 1);
            }
            return values;
        } catch (SQLException e) {
            forget(sql);
            throw e;
        }
    }

    private PreparedStatement prepared(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    private void forget(String sql) throws SQLException {
        PreparedStatement statement = prepared.remove(sql);
        if (statement != null) {
            statement.close();
        }
    }

    /** Closes without a checkpoint; the last connection to close the file makes one. */
    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : prepared.values()) {
            statement.close();
        }
        prepared.clear();
        connection.close();
    }
}
