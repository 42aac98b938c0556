package io.lightraft.sql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over all that a database means to its users: the schema, and the rows of every table in the order of their
 * keys, with the kind of each value. What is behind that in the file may differ between equal databases and doesn't
 * count: free pages, and how a full-text index is divided up, which depends on where transactions ended. But indexes of
 * all kinds have to fit their tables: what SQLite's own integrity check finds goes into the hash. Lightraft's own tables
 * are left out.
 */
final class ContentHash {

    private static final List<String> ROWID_NAMES = List.of("rowid", "oid", "_rowid_");

    private final Connection connection;
    private final MessageDigest digest;

    private ContentHash(Connection connection) {
        this.connection = connection;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /**
     * Reads everything once, in the connection's open transaction.
     *
     * @return 64 hexadecimal digits; of a database that can't be read they differ from those of one that can
     */
    static String of(Connection connection) throws SQLException {
        ContentHash hash = new ContentHash(connection);
        hash.addRows("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE '\\_lightraft\\_%'"
                + " ESCAPE '\\' ORDER BY type, name");
        for (String select : hash.tables()) {
            hash.text(select);
            hash.addRows(select);
        }
        hash.addIntegrity();
        return HexFormat.of().formatHex(hash.digest.digest());
    }

    /** A query for each table. One on dbstat would show how the file is laid out. */
    private List<String> tables() throws SQLException {
        List<String> selects = new ArrayList<>();
        for (@Nullable
        Object[] row : rows("SELECT l.name, l.type, l.wr FROM pragma_table_list l JOIN sqlite_schema s"
                + " ON s.name = l.name AND s.type = 'table' WHERE l.schema = 'main' AND l.type IN ('table', 'virtual')"
                + " AND s.sql NOT LIKE '%USING dbstat%' ORDER BY l.name")) {
            String name = String.valueOf(row[0]);
            if (name.startsWith(StatementRules.RESERVED_PREFIX + "_")) {
                continue;
            }
            if (name.startsWith("sqlite_stat")) {
                // ANALYZE takes the tables in the order in which its connection happened to learn of them.
                selects.add("SELECT * FROM " + name + " ORDER BY 1, 2, 3");
                continue;
            }
            String quoted = '"' + name.replace("\"", "\"\"") + '"';
            String rowid = Long.valueOf(0).equals(row[2]) ? rowid(name) : null;
            String columns = rowid == null ? "*" : rowid + ", *";
            boolean isVirtual = "virtual".equals(row[1]);
            selects.add("SELECT " + columns + " FROM " + quoted
                    + (!isVirtual ? " NOT INDEXED" : rowid == null ? "" : " ORDER BY " + rowid));
        }
        return selects;
    }

    /** A name for the rowid that no column has taken. */
    private @Nullable String rowid(String table) throws SQLException {
        Set<String> columns = rows("SELECT name FROM pragma_table_xinfo('" + table.replace("'", "''") + "')").stream()
                .map(row -> String.valueOf(row[0]).toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        return ROWID_NAMES.stream()
                .filter(name -> !columns.contains(name))
                .findFirst()
                .orElse(null);
    }

    private List<@Nullable Object[]> rows(String sql) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        try (PreparedStatement prepared = connection.prepareStatement(sql);
                Cursor cursor = new Cursor(prepared)) {
            for (@Nullable Object[] row = cursor.next(); row != null; row = cursor.next()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private void addRows(String sql) throws SQLException {
        try (PreparedStatement prepared = connection.prepareStatement(sql);
                Cursor cursor = new Cursor(prepared)) {
            for (@Nullable Object[] row = cursor.next(); row != null; row = cursor.next()) {
                digest.update((byte) 'r');
                for (Object value : row) {
                    value(value);
                }
            }
        } catch (SQLException e) {
            failure(e);
        }
    }

    /** CHECK constraints are not looked at: they might depend on the time. */
    private void addIntegrity() throws SQLException {
        try {
            Stream<String> lines = rows("PRAGMA integrity_check").stream().map(row -> String.valueOf(row[0]));
            lines.filter(line -> !line.equals("ok") && !line.startsWith("CHECK constraint failed"))
                    .forEach(this::text);
        } catch (SQLException e) {
            failure(e);
        }
    }

    /** What can't be read is a difference; only an interrupted reader says nothing of the database. */
    private void failure(SQLException e) throws SQLException {
        if (SqlErrors.isPrimary(e, SqlErrors.INTERRUPT)) {
            throw e;
        }
        digest.update((byte) 'e');
        text(SqlErrors.message(e));
    }

    private void value(@Nullable Object value) {
        if (value == null) {
            digest.update((byte) 'n');
        } else if (value instanceof Long number) {
            number('i', number);
        } else if (value instanceof Double number) {
            number('f', Double.doubleToRawLongBits(number));
        } else if (value instanceof byte[] blob) {
            number('b', blob.length);
            digest.update(blob);
        } else {
            text(value.toString());
        }
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number('t', bytes.length);
        digest.update(bytes);
    }

    private void number(char kind, long number) {
        digest.update(ByteBuffer.allocate(9).put((byte) kind).putLong(number).flip());
    }
}
