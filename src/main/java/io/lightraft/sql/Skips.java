package io.lightraft.sql;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/**
 * Entries of the log that are applied as if they held nothing, by an operator's word given to every node. The record of
 * it is part of the database, stays there, and goes where a copy of it goes.
 */
final class Skips {

    private static final String CREATE = "CREATE TABLE _lightraft_skips(entry_index INTEGER PRIMARY KEY) STRICT";

    private Skips() {}

    /** Makes the table, inside the transaction that makes the others. */
    static void create(Writer writer) throws SQLException {
        writer.run(CREATE);
    }

    static Set<Long> read(Writer writer) {
        return new HashSet<>(writer.jdbc().queryForList("SELECT entry_index FROM _lightraft_skips", Long.class));
    }

    /** Records one in the database of a node that does not run. */
    static void add(Writer writer, long index) throws SQLException {
        writer.run("INSERT OR IGNORE INTO _lightraft_skips VALUES(?)", index);
    }
}
