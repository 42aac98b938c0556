package io.lightraft.server.tcp;

import io.lightraft.sql.Column;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.Statement;
import io.lightraft.sql.WriteOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** SQL over a plain SQLite file, without a cluster: a connection for each request, rows handed on as they are found. */
class SqliteFileEngine implements SqlEngine {

    private final String url;

    SqliteFileEngine(Path directory) {
        url = "jdbc:sqlite:" + directory.resolve("test.sqlite");
        try (Connection connection = connect();
                java.sql.Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 20000");
        }
        return connection;
    }

    @Override
    public void run(Session session, Statement statement, ReadOptions options, ResultSink sink) throws IOException {
        try (Connection connection = connect();
                PreparedStatement prepared = connection.prepareStatement(statement.sql())) {
            for (int i = 0; i < statement.positional().size(); i++) {
                prepared.setObject(i + 1, statement.positional().get(i));
            }
            if (prepared.execute()) {
                try (ResultSet rows = prepared.getResultSet()) {
                    pass(rows, sink);
                }
            } else {
                sink.changed(prepared.getUpdateCount(), 0);
            }
        } catch (SQLException e) {
            sink.failed(e.getErrorCode(), wordsOfSqlite(e));
        }
    }

    private static void pass(ResultSet rows, ResultSink sink) throws SQLException, IOException {
        ResultSetMetaData meta = rows.getMetaData();
        List<Column> columns = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            columns.add(new Column(meta.getColumnName(i), null));
        }
        sink.columns(columns);
        while (rows.next()) {
            Object[] values = new Object[columns.size()];
            for (int i = 0; i < values.length; i++) {
                Object value = rows.getObject(i + 1);
                values[i] = value instanceof Integer integer ? Long.valueOf(integer) : value;
            }
            sink.row(values);
        }
        sink.endOfRows();
    }

    private static String wordsOfSqlite(SQLException e) {
        String message = String.valueOf(e.getMessage());
        return message.replaceFirst("(?s)^\\[\\w+\\] [^(]*\\((.*)\\)$", "$1");
    }

    @Override
    public void query(Session session, List<Statement> statements, ReadOptions options, ResultSink sink)
            throws IOException {
        for (Statement statement : statements) {
            run(session, statement, options, sink);
        }
    }

    @Override
    public void execute(Session session, List<Statement> statements, WriteOptions options, ResultSink sink)
            throws IOException {
        throw new UnsupportedOperationException("The listener runs statements one by one");
    }
}
