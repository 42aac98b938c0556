package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.StateCopy;
import io.lightraft.node.StateMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** See {@link StateCopy}: copies of the database file. */
public final class SqliteStateCopy implements StateCopy {

    private final ClusterLimits seed;

    /** @param seed as in {@link SqliteStateMachine#open} */
    public SqliteStateCopy(ClusterLimits seed) {
        this.seed = seed;
    }

    @Override
    public void carryOn(Path copy, Iterable<List<CommittedEntry>> batches, StateMachine.Applied after, UUID lineage)
            throws IOException {
        ClusterLimits limits;
        try (SqliteStateMachine machine = SqliteStateMachine.open(copy, seed)) {
            batches.forEach(machine::apply);
            limits = machine.limits();
        }
        try (Writer writer = new Writer(copy, limits)) {
            writer.begin();
            AppliedState state = InternalTables.readState(writer.jdbc());
            InternalTables.write(
                    writer,
                    new AppliedState(
                            after.index(),
                            after.term(),
                            after.confState(),
                            state.logClockMillis(),
                            state.lastInsertRowid(),
                            state.rowsAffected(),
                            state.lastSqlIndex(),
                            state.outcomeHash()));
            MemberTable.write(writer, after.members());
            Recoveries.add(writer, after.index(), after.term(), lineage.toString());
            writer.commit();
        } catch (SQLException e) {
            throw new IOException("can't write to " + copy + ": " + SqlErrors.message(e), e);
        }
    }
}
