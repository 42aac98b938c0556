package io.lightraft.sql;

import java.sql.SQLException;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The times that one node went on from its data alone, as the others were lost for good. What came of the latest is the
 * cluster's lineage: data of another lineage may hold other entries at the same places of the log. Part of the database,
 * and goes where a copy of it goes.
 */
final class Recoveries {

    /** The lineage of a cluster that never lost its quorum. */
    static final String ORIGINAL = "original";

    private static final String CREATE = "CREATE TABLE _lightraft_recoveries(entry_index INTEGER PRIMARY KEY,"
            + " entry_term INTEGER NOT NULL, lineage TEXT NOT NULL) STRICT";

    private Recoveries() {}

    /** Makes the table, inside the transaction that makes the others. */
    static void create(Writer writer) throws SQLException {
        writer.run(CREATE);
    }

    static void add(Writer writer, long index, long term, String lineage) throws SQLException {
        writer.run("INSERT INTO _lightraft_recoveries VALUES(?, ?, ?)", index, term, lineage);
    }

    static String lineage(JdbcTemplate jdbc) {
        List<String> latest = jdbc.queryForList(
                "SELECT lineage FROM _lightraft_recoveries ORDER BY entry_index DESC LIMIT 1", String.class);
        return latest.isEmpty() ? ORIGINAL : latest.get(0);
    }
}
