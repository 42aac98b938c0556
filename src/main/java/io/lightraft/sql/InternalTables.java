package io.lightraft.sql;

import io.lightraft.raft.ConfState;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Lightraft's own tables inside the database: a single row that travels in the same transaction as the entries it
 * tells of, and an ever empty table by which last_insert_rowid() is set.
 */
final class InternalTables {

    static final int FORMAT_VERSION = 1;

    private static final String CREATE_STATE = """
            CREATE TABLE _lightraft_state(
              id INTEGER PRIMARY KEY CHECK (id = 1),
              format_version INTEGER NOT NULL,
              applied_index INTEGER NOT NULL,
              applied_term INTEGER NOT NULL,
              conf_state TEXT NOT NULL,
              log_clock_millis INTEGER NOT NULL,
              last_insert_rowid INTEGER NOT NULL,
              rows_affected INTEGER NOT NULL,
              last_sql_index INTEGER NOT NULL,
              outcome_hash INTEGER NOT NULL,
              opcode_budget INTEGER NOT NULL,
              max_returned_bytes INTEGER NOT NULL,
              max_statement_bytes INTEGER NOT NULL,
              max_value_bytes INTEGER NOT NULL,
              foreign_keys INTEGER NOT NULL) STRICT""";
    private static final String CREATE_ROWID = "CREATE TABLE _lightraft_rowid(id INTEGER PRIMARY KEY) STRICT";
    private static final String INSERT =
            "INSERT INTO _lightraft_state VALUES(1, ?, 0, 0, ?, 0, 0, 0, 0, 0, ?, ?, ?, ?, ?)";
    private static final String UPDATE =
            "UPDATE _lightraft_state SET applied_index=?, applied_term=?, conf_state=?, log_clock_millis=?,"
                    + " last_insert_rowid=?, rows_affected=?, last_sql_index=?, outcome_hash=? WHERE id=1";

    private InternalTables() {}

    /**
     * Makes the tables in a file that is still empty.
     *
     * @param members where those of the bootstrap can be reached
     * @throws IllegalStateException when the file holds something else, or what a newer release wrote
     */
    static void prepare(Writer writer, ClusterLimits limits) throws SQLException {
        boolean ours = writer.number("SELECT count(*) FROM sqlite_schema WHERE name = '_lightraft_state'") > 0;
        if (!ours) {
            if (writer.number("SELECT count(*) FROM sqlite_schema") > 0) {
                throw new IllegalStateException("the file holds a SQLite database that Lightraft did not make; move it"
                        + " away and load its content through SQL");
            }
            writer.begin();
            writer.run(CREATE_STATE);
            writer.run(CREATE_ROWID);
            Skips.create(writer);
            MemberTable.create(writer);
            Recoveries.create(writer);
            KnownKeys.create(writer, KeyLimits.DEFAULT.withLifetimeMillis(limits.keyLifetimeMillis()));
            writer.run(
                    INSERT,
                    FORMAT_VERSION,
                    text(ConfState.EMPTY),
                    limits.opcodeBudget(),
                    limits.maxReturnedBytes(),
                    limits.maxStatementBytes(),
                    limits.maxValueBytes(),
                    limits.foreignKeys());
            writer.commit();
        }
        checkFormat(writer.jdbc());
    }

    /** @throws IllegalStateException when a newer release has written it */
    static void checkFormat(JdbcTemplate jdbc) {
        Integer version = jdbc.queryForObject("SELECT format_version FROM _lightraft_state", Integer.class);
        if (version == null || version != FORMAT_VERSION) {
            throw new IllegalStateException("the database has format version " + version + ", which is not known to"
                    + " this release (it knows " + FORMAT_VERSION + "); start a newer release");
        }
    }

    static AppliedState readState(JdbcTemplate jdbc) {
        return jdbc.query(
                        "SELECT * FROM _lightraft_state WHERE id = ?",
                        (row, number) -> new AppliedState(
                                row.getLong("applied_index"),
                                row.getLong("applied_term"),
                                confState(row.getString("conf_state")),
                                row.getLong("log_clock_millis"),
                                row.getLong("last_insert_rowid"),
                                row.getLong("rows_affected"),
                                row.getLong("last_sql_index"),
                                row.getLong("outcome_hash")),
                        1)
                .get(0);
    }

    static ClusterLimits readLimits(JdbcTemplate jdbc) {
        return jdbc.query(
                        "SELECT * FROM _lightraft_state, (SELECT lifetime_millis FROM _lightraft_key_limits) WHERE id = ?",
                        (row, number) -> new ClusterLimits(
                                row.getLong("opcode_budget"),
                                row.getInt("max_returned_bytes"),
                                row.getInt("max_statement_bytes"),
                                row.getInt("max_value_bytes"),
                                row.getLong("lifetime_millis"),
                                row.getBoolean("foreign_keys")),
                        1)
                .get(0);
    }

    static void write(Writer writer, AppliedState state) throws SQLException {
        writer.run(
                UPDATE,
                state.index(),
                state.term(),
                text(state.confState()),
                state.logClockMillis(),
                state.lastInsertRowid(),
                state.rowsAffected(),
                state.lastSqlIndex(),
                state.outcomeHash());
    }

    /** Lists of raft ids, {@code voters|learners|votersOutgoing|learnersNext|autoLeave}. */
    static String text(ConfState conf) {
        return ids(conf.voters()) + "|" + ids(conf.learners()) + "|" + ids(conf.votersOutgoing()) + "|"
                + ids(conf.learnersNext()) + "|" + conf.autoLeave();
    }

    static ConfState confState(String text) {
        String[] parts = text.split("\\|", -1);
        return new ConfState(
                ids(parts[0]), ids(parts[1]), ids(parts[2]), ids(parts[3]), Boolean.parseBoolean(parts[4]));
    }

    private static String ids(List<Long> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static List<Long> ids(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",")).map(Long::valueOf).toList();
    }
}
