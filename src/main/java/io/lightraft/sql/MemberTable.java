package io.lightraft.sql;

import io.lightraft.node.Member;
import java.sql.SQLException;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Where the members can be reached, as part of the replicated state: written in the transaction of the entry that
 * changes it, and copied with the file. The table has no rowid, so that writing to it leaves last_insert_rowid() alone.
 */
final class MemberTable {

    private static final String CREATE = """
            CREATE TABLE _lightraft_members(
              node_id INTEGER PRIMARY KEY,
              client_address TEXT NOT NULL,
              rpc_address TEXT NOT NULL,
              http_address TEXT NOT NULL,
              stays_learner INTEGER NOT NULL) STRICT, WITHOUT ROWID""";

    private MemberTable() {}

    /** Makes the table, inside the transaction that makes the others. */
    static void create(Writer writer) throws SQLException {
        writer.run(CREATE);
    }

    /** Within a transaction that is open. */
    static void write(Writer writer, List<Member> members) throws SQLException {
        writer.run("DELETE FROM _lightraft_members");
        for (Member member : members) {
            writer.run(
                    "INSERT INTO _lightraft_members VALUES(?, ?, ?, ?, ?)",
                    member.nodeId(),
                    member.clientAddress(),
                    member.rpcAddress(),
                    member.httpAddress(),
                    member.staysLearner() ? 1 : 0);
        }
    }

    static List<Member> read(JdbcTemplate jdbc) {
        return jdbc.query(
                "SELECT node_id, client_address, rpc_address, http_address, stays_learner FROM _lightraft_members"
                        + " ORDER BY node_id",
                (row, number) -> new Member(
                        row.getInt(1), row.getString(2), row.getString(3), row.getString(4), row.getBoolean(5)));
    }
}
