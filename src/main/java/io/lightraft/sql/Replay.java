package io.lightraft.sql;

import java.sql.SQLException;
import java.util.List;

/** Applies what an interactive transaction recorded: all of it, exactly as it was shown, or nothing. */
final class Replay {

    static final StatementResult.Failed CONFLICT = new StatementResult.Failed(
            SqlErrors.BUSY_SNAPSHOT,
            "the transaction was rolled back: the database changed before it was committed. Begin it again.");

    private Replay() {}

    /**
     * Runs the statements in the open transaction. If the outcome {@linkplain CommandExecutor.Outcome#isConflict is a
     * conflict}, what was run has to be rolled back.
     *
     * @throws SQLException a failure of the node
     */
    static CommandExecutor.Outcome run(
            CommandExecutor executor, Command command, Recording recording, AppliedState from) throws SQLException {
        CommandExecutor.Outcome conflict =
                new CommandExecutor.Outcome(List.of(CONFLICT), from.lastInsertRowid(), from.rowsAffected());
        if (recording.base() != from.lastSqlIndex()) {
            return conflict;
        }
        Long rowid = command.sessionRowid();
        executor.start(new SessionValues(rowid != null ? rowid : from.lastInsertRowid(), command.sessionChanges()));
        long digest = 0;
        StatementResult.Changed last = new StatementResult.Changed(0, rowid != null ? rowid : from.lastInsertRowid());
        try {
            for (int i = 0; i < command.statements().size(); i++) {
                StatementResult result = executor.step(
                        command.statements().get(i), recording.moments().get(i));
                digest = OutcomeHash.fold(digest, i, List.of(result));
                last = after(last, result);
            }
        } catch (CommandExecutor.TransactionLost lost) {
            if (lost.failure.code() == SqlErrors.FULL) {
                throw new SQLException("the database or the disk is full");
            }
            return conflict; // where it was recorded, this would have ended it
        }
        return digest == recording.digest()
                ? new CommandExecutor.Outcome(List.of(last), last.lastInsertRowid(), last.rowsAffected())
                : conflict;
    }

    /** What the session has after a statement. */
    static StatementResult.Changed after(StatementResult.Changed before, StatementResult result) {
        if (result instanceof StatementResult.Changed changed) {
            return changed;
        }
        return result instanceof StatementResult.Rows rows
                ? new StatementResult.Changed(rows.rowsAffected(), rows.lastInsertRowid())
                : before;
    }
}
