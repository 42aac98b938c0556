package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.EntryHeader;
import io.lightraft.node.Member;
import io.lightraft.node.UnappliableEntryException;
import io.lightraft.raft.ConfState;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one entry of the log does to the database, within a transaction that is open. Confined to the apply worker. */
final class EntryRunner {

    private final OpenDatabase database;

    EntryRunner(OpenDatabase database) {
        this.database = database;
    }

    /** An entry and the command in it; null when there is nothing to run. */
    record Work(CommittedEntry entry, @Nullable Command command) {}

    /** @throws UnappliableEntryException when this release can't read it */
    Work work(CommittedEntry entry) {
        EntryHeader header = entry.header();
        if (header == null || database.skips(entry.index())) {
            return new Work(entry, null);
        }
        try {
            if (header.formatVersion() != EntryHeader.FORMAT_VERSION) {
                throw new IllegalArgumentException("entry format version " + header.formatVersion()
                        + " is not known to this release (it knows " + EntryHeader.FORMAT_VERSION
                        + "); start a newer release");
            }
            return new Work(entry, CommandCodec.decode(entry.command()));
        } catch (IllegalArgumentException e) {
            throw new UnappliableEntryException(entry.index(), String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Runs the command within the open transaction.
     *
     * @param from the state before it
     * @param lost as in {@link CommandExecutor#execute}
     * @return null when the entry holds nothing to run
     */
    CommandExecutor.@Nullable Outcome execute(Work work, AppliedState from, Map<Integer, StatementResult.Failed> lost)
            throws CommandExecutor.TransactionLost, SQLException {
        List<Member> members = work.entry().members();
        if (members != null) {
            MemberTable.write(database.writer(), members);
        }
        Command command = work.command();
        EntryHeader header = work.entry().header();
        if (command == null || header == null) {
            return null;
        }
        Recording recording = command.recording();
        if (recording != null) {
            return Replay.run(database.executor(), command, recording, from);
        }
        if (command.hashesContent()) {
            return ContentHasher.outcome(work.entry().index(), from);
        }
        IdempotencyKey key = command.key();
        long clockMillis = database.keys().advance(from.logClockMillis(), header.clockMillis());
        List<StatementResult> first =
                key == null ? null : database.keys().find(database.writer(), command, key, clockMillis);
        if (first != null) {
            return new CommandExecutor.Outcome(first, from.lastInsertRowid(), from.rowsAffected());
        }
        CommandExecutor.Outcome outcome =
                database.executor().execute(command, header, from.lastInsertRowid(), from.rowsAffected(), lost);
        if (key != null) {
            database.keys().remember(database.writer(), command, key, outcome.results(), clockMillis);
        }
        return outcome;
    }

    /** The state after an entry. */
    AppliedState after(AppliedState before, CommittedEntry entry, CommandExecutor.@Nullable Outcome outcome) {
        if (entry.index() != before.index() + 1) {
            throw new NodeFault("the entry at index " + entry.index() + " does not follow on index " + before.index());
        }
        ConfState confState = entry.confState() != null ? entry.confState() : before.confState();
        EntryHeader header = entry.header();
        if (header == null || outcome == null) {
            return new AppliedState(
                    entry.index(),
                    entry.term(),
                    confState,
                    before.logClockMillis(),
                    before.lastInsertRowid(),
                    before.rowsAffected(),
                    before.lastSqlIndex(),
                    database.skips(entry.index())
                            ? OutcomeHash.fold(before.outcomeHash(), entry.index(), List.of())
                            : before.outcomeHash());
        }
        return new AppliedState(
                entry.index(),
                entry.term(),
                confState,
                database.keys().advance(before.logClockMillis(), header.clockMillis()),
                outcome.lastInsertRowid(),
                outcome.rowsAffected(),
                outcome.results().isEmpty() ? before.lastSqlIndex() : entry.index(),
                OutcomeHash.fold(before.outcomeHash(), entry.index(), outcome.results()));
    }

    /** What COMMIT refused took the memory of the key with it. */
    void remember(Work work, CommandExecutor.Outcome outcome, AppliedState after) throws SQLException {
        Command command = work.command();
        IdempotencyKey key = command == null ? null : command.key();
        if (command != null && key != null) {
            database.keys().remember(database.writer(), command, key, outcome.results(), after.logClockMillis());
        }
    }
}
