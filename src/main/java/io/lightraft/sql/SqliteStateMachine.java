package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.EntryHeader;
import io.lightraft.node.StateFile;
import io.lightraft.node.StateHashes;
import io.lightraft.node.StateMachine;
import io.lightraft.node.UnappliableEntryException;
import io.lightraft.raft.ConfState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;

/**
 * The replicated database: a SQLite file to which committed entries are applied, in batches of one transaction, with
 * the applied index written in the same transaction. Where batches begin and end never shows in a result: entries
 * whose outcome would depend on it (deferred keys are checked at COMMIT) get a transaction of their own, and a batch
 * whose transaction was lost to one entry's failure is done again one entry at a time.
 */
public final class SqliteStateMachine implements StateMachine<List<StatementResult>>, StateFile, AutoCloseable {

    /** Words of statements whose outcome shows at COMMIT only, or that leave something in the connection. */
    private static final Pattern MAY_NEED_OWN_TRANSACTION = Pattern.compile("defer|analyze", Pattern.CASE_INSENSITIVE);

    private final Path file;
    private volatile ClusterLimits limits;
    private final WriteAheadLog writeAheadLog;
    private Set<Long> skips;
    private final SqliteHashes hashes;
    private ContentHasher hasher;
    private KnownKeys keys;
    private Writer writer;
    private CommandExecutor executor;
    private final WriteGate gate = new WriteGate();
    private AppliedState state;
    private boolean deferredKeys;
    private long applying;
    private final List<FileUser> users = new CopyOnWriteArrayList<>();
    private @Nullable RoomWaiter roomWaiter;

    private SqliteStateMachine(Path file, ClusterLimits limits, Writer writer) throws SQLException {
        this.file = file;
        this.limits = limits;
        writeAheadLog = new WriteAheadLog(file);
        this.writer = writer;
        executor = new CommandExecutor(writer, limits, directory());
        keys = KnownKeys.of(writer);
        state = InternalTables.readState(writer.jdbc());
        skips = Skips.read(writer);
        hashes = new SqliteHashes(writer.jdbc().queryForObject("SELECT sqlite_source_id()", String.class) + " "
                + System.getProperty("os.arch"));
        hashes.applied(List.of(state));
        hasher = new ContentHasher(file, limits, hashes);
        deferredKeys = hasDeferredKeys();
    }

    /**
     * Opens the database file, or makes it and its directories.
     *
     * @param bootstrap the membership of a new cluster, for a file that is made
     * @param seed the limits for a file that is made; one that exists keeps its own
     * @throws NodeFault when the file can't be used, with the reason
     */
    public static SqliteStateMachine open(Path file, ConfState bootstrap, ClusterLimits seed) {
        Writer writer = null;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            writer = new Writer(file, seed);
            InternalTables.prepare(writer, bootstrap, seed);
            ClusterLimits limits = InternalTables.readLimits(writer.jdbc());
            if (!limits.equals(seed)) {
                writer.close();
                writer = new Writer(file, limits);
            }
            return new SqliteStateMachine(file, limits, writer);
        } catch (IOException | SQLException | IllegalStateException | DataAccessException e) {
            close(writer);
            Throwable cause = e instanceof DataAccessException access ? access.getMostSpecificCause() : e;
            String reason = cause instanceof SQLException sql ? SqlErrors.message(sql) : cause.getMessage();
            throw new NodeFault("can't open the database " + file + ": " + reason, e);
        }
    }

    public Path file() {
        return file;
    }

    public ClusterLimits limits() {
        return limits;
    }

    WriteGate writeGate() {
        return gate;
    }

    @Override
    public Applied applied() {
        return new Applied(state.index(), state.term(), state.confState());
    }

    /**
     * Records, in the database of a node that does not run, that an entry is to be applied as one that does nothing.
     *
     * @param seed as in {@link #open}
     * @throws NodeFault when the file can't be used, or the entry has been applied
     */
    public static void skip(Path file, ClusterLimits seed, long index) {
        try (SqliteStateMachine machine = open(file, ConfState.EMPTY, seed)) {
            if (index <= machine.state.index()) {
                throw new NodeFault("entry " + index + " has been applied to " + file + ", which stands at index "
                        + machine.state.index() + "; it can't be skipped any more");
            }
            Skips.add(machine.writer, index);
        } catch (SQLException e) {
            throw new NodeFault("can't write to " + file + ": " + SqlErrors.message(e), e);
        }
    }

    @Override
    public boolean skips(long index) {
        return skips.contains(index);
    }

    @Override
    public StateHashes hashes() {
        return hashes;
    }

    @Override
    public void onFullDisk(RoomWaiter waiter) {
        roomWaiter = waiter;
    }

    /** Over what all entries so far did; equal on nodes that applied the same ones. */
    long outcomeHash() {
        return state.outcomeHash();
    }

    /**
     * One transaction, except around entries that need their own; each of those is a durable step by itself. So when a
     * fault stops a batch, entries before the one at fault may have been applied, as {@link #applied} tells.
     */
    @Override
    public List<List<StatementResult>> apply(List<CommittedEntry> batch) {
        gate.enterToApply();
        try {
            return writer.jdbc().execute((ConnectionCallback<List<List<StatementResult>>>) connection -> run(batch));
        } catch (DataAccessException e) {
            rollback(e);
            String reason = e.getCause() instanceof SQLException sql ? SqlErrors.message(sql) : e.getMessage();
            throw new NodeFault(
                    "SQLite failed on this node while entries from index " + (state.index() + 1) + " were applied to "
                            + file + ", at index " + applying + ": " + reason + ". Look at the disk and the file, then"
                            + " start the node again. " + UnappliableEntryException.advice(applying),
                    e);
        } catch (RuntimeException e) {
            rollback(e);
            throw e;
        } finally {
            gate.leaveAfterApply();
        }
    }

    /** The list holds null for entries without a command, as the port has it. */
    private List<List<StatementResult>> run(List<CommittedEntry> batch) throws SQLException {
        List<List<StatementResult>> results = new ArrayList<>(batch.size());
        List<Work> together = new ArrayList<>();
        for (CommittedEntry entry : batch) {
            if (entry.index() <= state.index()) {
                results.add(null);
                continue;
            }
            Work work = work(entry);
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
        writeAheadLog.afterBatch(writer);
        return results;
    }

    private record Work(CommittedEntry entry, @Nullable Command command) {}

    private Work work(CommittedEntry entry) {
        EntryHeader header = entry.header();
        if (header == null || skips(entry.index())) {
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

    private boolean needsOwnTransaction(Work work) {
        Command command = work.command();
        return command != null
                && (deferredKeys
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
            executor.close();
            writer.close();
            writer = new Writer(file, limits);
            gate.nextGeneration();
            executor = new CommandExecutor(writer, limits, directory());
        }
        deferredKeys = hasDeferredKeys();
        if (command != null && command.hashesContent()) {
            hasher.hashAsOf(state.index());
        }
    }

    private boolean hasDeferredKeys() throws SQLException {
        return writer.number("SELECT EXISTS(SELECT 1 FROM sqlite_schema WHERE sql LIKE '%deferred%')") > 0;
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
        AppliedState next = state;
        writer.begin();
        try {
            for (Work work : batch) {
                CommandExecutor.Outcome outcome = execute(work, next, Map.of());
                next = after(next, work.entry(), outcome);
                states.add(next);
                done.add(outcome == null ? null : outcome.results());
            }
            InternalTables.write(writer, next);
        } catch (CommandExecutor.TransactionLost lost) {
            writer.rollback();
            return null;
        }
        writer.commit();
        state = next;
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
                writer.rollback();
                executor.forgetRowid();
                if (!waiter.awaitRoom(
                        "no room to apply entries from index " + (state.index() + 1) + " to " + file, !waited)) {
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
            writer.begin();
            try {
                CommandExecutor.Outcome outcome = execute(work, state, lost);
                if (outcome != null && outcome.isConflict()) {
                    writer.rollback();
                    writer.begin();
                }
                return commitAlone(work, outcome);
            } catch (CommandExecutor.TransactionLost loss) {
                writer.rollback();
                lost.put(loss.statement, loss.failure);
            }
        }
    }

    private @Nullable List<StatementResult> commitAlone(Work work, CommandExecutor.@Nullable Outcome outcome)
            throws SQLException {
        AppliedState next = after(state, work.entry(), outcome);
        InternalTables.write(writer, next);
        CommandExecutor.Outcome committed = outcome;
        try {
            writer.commit();
        } catch (SQLException e) {
            if (outcome == null || !SqlErrors.isPrimary(e, SqlErrors.CONSTRAINT)) {
                throw e;
            }
            writer.rollback();
            committed = undone(outcome, SqlErrors.failed(e));
            next = after(state, work.entry(), committed);
            writer.begin();
            remember(work, committed, next);
            InternalTables.write(writer, next);
            writer.commit();
        }
        state = next;
        hashes.applied(List.of(next));
        return committed == null ? null : committed.results();
    }

    /** What COMMIT refused took the memory of the key with it. */
    private void remember(Work work, CommandExecutor.Outcome outcome, AppliedState after) throws SQLException {
        Command command = work.command();
        IdempotencyKey key = command == null ? null : command.key();
        if (command != null && key != null) {
            keys.remember(writer, command, key, outcome.results(), after.logClockMillis());
        }
    }

    /** COMMIT refused all of it. */
    private CommandExecutor.Outcome undone(CommandExecutor.Outcome outcome, StatementResult.Failed failure) {
        List<StatementResult> results = new ArrayList<>();
        for (StatementResult result : outcome.results()) {
            results.add(result instanceof StatementResult.Failed ? result : failure);
        }
        return new CommandExecutor.Outcome(results, state.lastInsertRowid(), 0);
    }

    private CommandExecutor.@Nullable Outcome execute(
            Work work, AppliedState from, Map<Integer, StatementResult.Failed> lost)
            throws CommandExecutor.TransactionLost, SQLException {
        applying = work.entry().index();
        Command command = work.command();
        EntryHeader header = work.entry().header();
        if (command == null || header == null) {
            return null;
        }
        Recording recording = command.recording();
        if (recording != null) {
            return Replay.run(executor, command, recording, from);
        }
        if (command.hashesContent()) {
            return ContentHasher.outcome(work.entry().index(), from);
        }
        IdempotencyKey key = command.key();
        long clockMillis = keys.advance(from.logClockMillis(), header.clockMillis());
        List<StatementResult> first = key == null ? null : keys.find(writer, command, key, clockMillis);
        if (first != null) {
            return new CommandExecutor.Outcome(first, from.lastInsertRowid(), from.rowsAffected());
        }
        CommandExecutor.Outcome outcome =
                executor.execute(command, header, from.lastInsertRowid(), from.rowsAffected(), lost);
        if (key != null) {
            keys.remember(writer, command, key, outcome.results(), clockMillis);
        }
        return outcome;
    }

    private AppliedState after(AppliedState before, CommittedEntry entry, CommandExecutor.@Nullable Outcome outcome) {
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
                    skips(entry.index())
                            ? OutcomeHash.fold(before.outcomeHash(), entry.index(), List.of())
                            : before.outcomeHash());
        }
        return new AppliedState(
                entry.index(),
                entry.term(),
                confState,
                keys.advance(before.logClockMillis(), header.clockMillis()),
                outcome.lastInsertRowid(),
                outcome.rowsAffected(),
                outcome.results().isEmpty() ? before.lastSqlIndex() : entry.index(),
                OutcomeHash.fold(before.outcomeHash(), entry.index(), outcome.results()));
    }

    /** Whoever else opens the file has to be known here first. */
    void addUser(FileUser user) {
        users.add(user);
    }

    @Override
    public Applied copyTo(Path target) throws IOException {
        return DatabaseCopies.copy(file, target, limits);
    }

    @Override
    public Applied inspect(Path copy) throws IOException {
        return DatabaseCopies.inspect(copy);
    }

    /** An old write-ahead log beside a new file would bring the old content back, so it goes first. */
    @Override
    public Applied replaceWith(Path copy) throws IOException {
        try {
            users.forEach(FileUser::suspend);
            hasher.close();
            executor.close();
            writer.close();
            FileSwap.replace(file, copy);
            writer = new Writer(file, limits);
            ClusterLimits own = InternalTables.readLimits(writer.jdbc());
            if (!own.equals(limits)) {
                limits = own;
                writer.close();
                writer = new Writer(file, limits);
            }
            executor = new CommandExecutor(writer, limits, directory());
            keys = KnownKeys.of(writer);
            state = InternalTables.readState(writer.jdbc());
            skips = Skips.read(writer);
            hashes.applied(List.of(state));
            hasher = new ContentHasher(file, limits, hashes);
            deferredKeys = hasDeferredKeys();
            users.forEach(user -> user.resume(limits));
            return applied();
        } catch (SQLException e) {
            throw new NodeFault("the snapshot can't take the place of " + file + ": " + SqlErrors.message(e), e);
        }
    }

    @Override
    public boolean makeDurable() {
        try {
            return writeAheadLog.checkpoint(writer);
        } catch (SQLException e) {
            throw new NodeFault("bringing " + file + " to the disk failed: " + SqlErrors.message(e), e);
        }
    }

    private java.io.File directory() {
        return file.toAbsolutePath().getParent().toFile();
    }

    private void rollback(RuntimeException cause) {
        try {
            writer.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Closes the file. With no reader left open it is then complete by itself, without a {@code -wal} beside it. */
    @Override
    public void close() {
        try {
            hasher.close();
            executor.close();
            writer.number("PRAGMA wal_checkpoint(TRUNCATE)");
            writer.close();
        } catch (SQLException e) {
            throw new NodeFault("closing " + file + " failed: " + SqlErrors.message(e), e);
        }
    }

    private static void close(@Nullable Writer writer) {
        if (writer != null) {
            try {
                writer.close();
            } catch (SQLException ignored) {
                // The failure that led here is the one to report.
            }
        }
    }
}
