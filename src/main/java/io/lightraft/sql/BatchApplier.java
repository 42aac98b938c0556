package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.StateMachine.RoomWaiter;
import io.lightraft.sql.EntryRunner.Work;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Applies entries in batches of one transaction, with the applied index written in the same transaction. Where batches
 * begin and end never shows in a result: entries whose outcome would depend on it (deferred keys are checked at COMMIT)
 * get a transaction of their own, and a batch whose transaction was lost to one entry's failure is done again one entry
 * at a time. Confined to the apply worker.
 */
final class BatchApplier {

    /** Words of statements whose outcome shows at COMMIT only, or that leave something in the connection. */
    private static final Pattern MAY_NEED_OWN_TRANSACTION = Pattern.compile("defer|analyze", Pattern.CASE_INSENSITIVE);

    private final OpenDatabase database;
    private final EntryRunner entries;
    private final SqliteHashes hashes;
    private final ContentHasher hasher;
    private final WriteGate gate;
    private final WriteAheadLog writeAheadLog;
    private long applying;
    private @Nullable RoomWaiter roomWaiter;

    BatchApplier(
            OpenDatabase database,
            WriteAheadLog writeAheadLog,
            SqliteHashes hashes,
            ContentHasher hasher,
            WriteGate gate) {
        this.database = database;
        this.writeAheadLog = writeAheadLog;
        this.hashes = hashes;
        this.hasher = hasher;
        this.gate = gate;
        entries = new EntryRunner(database);
    }

    /** Asked when the disk is full; without one that is a failure. */
    void onFullDisk(RoomWaiter waiter) {
        roomWaiter = waiter;
    }

    /** The index of the entry that was begun last. */
    long applying() {
        return applying;
    }

    /** Within the gate. The list holds null for entries without a command, as the port has it. */
    List<List<StatementResult>> run(List<CommittedEntry> batch) throws SQLException {
        List<List<StatementResult>> results = new ArrayList<>(batch.size());
        List<Work> together = new ArrayList<>();
        for (CommittedEntry entry : batch) {
            if (entry.index() <= database.state().index()) {
                results.add(null);
                continue;
            }
            Work work = entries.work(entry);
            if (needsOwnTransaction(work)) {
                applyTogether(together, results);
                together.clear();
                results.add(withRoom(() -> applyAlone(work)));
                afterOwnTransaction(work);
            } else {
                together.add(work);
            }
        }
        applyTogether(together, results);
        writeAheadLog.afterBatch(database.writer());
        return results;
    }

    private boolean needsOwnTransaction(Work work) {
        Command command = work.command();
        return command != null
                && (database.hasDeferredKeys()
                        || command.recording() != null
                        || command.hashesContent()
                        || command.statements().stream()
                                .anyMatch(statement -> MAY_NEED_OWN_TRANSACTION
                                        .matcher(statement.sql())
                                        .find()));
    }

    private void afterOwnTransaction(Work work) throws SQLException {
        Command command = work.command();
        if (command != null
                && command.statements().stream()
                        .map(statement -> new SqlLexer(statement.sql()).next())
                        .anyMatch(first -> first != null && first.isWord("ANALYZE"))) {
            // A rolled back ANALYZE leaves its statistics in the connection, where they would steer the planner.
            database.reopen();
            gate.nextGeneration();
        }
        database.lookForDeferredKeys();
        if (command != null && command.hashesContent()) {
            hasher.hashAsOf(database.state().index());
        }
    }

    private void applyTogether(List<Work> batch, List<List<StatementResult>> results) throws SQLException {
        if (batch.isEmpty()) {
            return;
        }
        List<List<StatementResult>> done = withRoom(() -> tryTogether(batch));
        if (done != null) {
            results.addAll(done);
            return;
        }
        for (Work work : batch) {
            results.add(withRoom(() -> applyAlone(work)));
        }
    }

    /** Null when one of the entries took the transaction with it; nothing has changed then. */
    private @Nullable List<List<StatementResult>> tryTogether(List<Work> batch) throws SQLException {
        List<List<StatementResult>> done = new ArrayList<>(batch.size());
        List<AppliedState> states = new ArrayList<>(batch.size());
        AppliedState next = database.state();
        database.writer().begin();
        try {
            for (Work work : batch) {
                CommandExecutor.Outcome outcome = execute(work, next, Map.of());
                next = entries.after(next, work.entry(), outcome);
                states.add(next);
                done.add(outcome == null ? null : outcome.results());
            }
            InternalTables.write(database.writer(), next);
        } catch (CommandExecutor.TransactionLost lost) {
            database.writer().rollback();
            return null;
        }
        database.writer().commit();
        database.committed(next);
        hashes.applied(states);
        return done;
    }

    /** One transaction, begun anew when the disk was full, until it was not. A full disk is never an entry's result. */
    private <T extends @Nullable Object> T withRoom(Step<T> transaction) throws SQLException {
        boolean waited = false;
        while (true) {
            try {
                T result = transaction.run();
                if (waited && roomWaiter != null) {
                    roomWaiter.roomFound();
                }
                return result;
            } catch (SQLException e) {
                RoomWaiter waiter = roomWaiter;
                if (waiter == null || !SqlErrors.isDiskFull(e)) {
                    throw e;
                }
                database.writer().rollback();
                database.executor().forgetRowid();
                if (!waiter.awaitRoom(
                        "no room to apply entries from index "
                                + (database.state().index() + 1) + " to " + database.file(),
                        !waited)) {
                    throw e;
                }
                waited = true;
            }
        }
    }

    @FunctionalInterface
    private interface Step<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    /** A lost transaction, or a COMMIT that fails, is this one entry's result here. */
    private @Nullable List<StatementResult> applyAlone(Work work) throws SQLException {
        Map<Integer, StatementResult.Failed> lost = new HashMap<>();
        while (true) {
            database.writer().begin();
            try {
                CommandExecutor.Outcome outcome = execute(work, database.state(), lost);
                if (outcome != null && outcome.isConflict()) {
                    database.writer().rollback();
                    database.writer().begin();
                }
                return commitAlone(work, outcome);
            } catch (CommandExecutor.TransactionLost loss) {
                database.writer().rollback();
                lost.put(loss.statement, loss.failure);
            }
        }
    }

    private @Nullable List<StatementResult> commitAlone(Work work, CommandExecutor.@Nullable Outcome outcome)
            throws SQLException {
        AppliedState next = entries.after(database.state(), work.entry(), outcome);
        InternalTables.write(database.writer(), next);
        CommandExecutor.Outcome committed = outcome;
        try {
            database.writer().commit();
        } catch (SQLException e) {
            if (outcome == null || !SqlErrors.isPrimary(e, SqlErrors.CONSTRAINT)) {
                throw e;
            }
            database.writer().rollback();
            committed = undone(outcome, SqlErrors.failed(e));
            next = entries.after(database.state(), work.entry(), committed);
            database.writer().begin();
            entries.remember(work, committed, next);
            InternalTables.write(database.writer(), next);
            database.writer().commit();
        }
        database.committed(next);
        hashes.applied(List.of(next));
        return committed == null ? null : committed.results();
    }

    private CommandExecutor.@Nullable Outcome execute(
            Work work, AppliedState from, Map<Integer, StatementResult.Failed> lost)
            throws CommandExecutor.TransactionLost, SQLException {
        applying = work.entry().index();
        return entries.execute(work, from, lost);
    }

    /** COMMIT refused all of it. */
    private CommandExecutor.Outcome undone(CommandExecutor.Outcome outcome, StatementResult.Failed failure) {
        List<StatementResult> results = new ArrayList<>();
        for (StatementResult result : outcome.results()) {
            results.add(result instanceof StatementResult.Failed ? result : failure);
        }
        return new CommandExecutor.Outcome(results, database.state().lastInsertRowid(), 0);
    }
}
