package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.StateFile;
import io.lightraft.node.StateHashes;
import io.lightraft.node.StateMachine;
import io.lightraft.node.UnappliableEntryException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;

/**
 * The replicated database: a SQLite file to which committed entries are applied by {@link BatchApplier}, exactly once,
 * and which can be copied, and replaced by a copy.
 */
public final class SqliteStateMachine implements StateMachine<List<StatementResult>>, StateFile, AutoCloseable {

    /** The newest format of commands that this release can read: their first byte. */
    public static final int COMMAND_FORMAT = CommandCodec.FORMAT_VERSION;

    private final OpenDatabase database;
    private final WriteAheadLog writeAheadLog;
    private final SqliteHashes hashes;
    private final ContentHasher hasher;
    private final WriteGate gate = new WriteGate();
    private final BatchApplier applier;
    private final List<FileUser> users = new CopyOnWriteArrayList<>();

    private SqliteStateMachine(OpenDatabase database) {
        this.database = database;
        writeAheadLog = new WriteAheadLog(database.file());
        hashes = new SqliteHashes(database.writer().jdbc().queryForObject("SELECT sqlite_source_id()", String.class)
                + " " + System.getProperty("os.arch"));
        hashes.applied(List.of(database.state()));
        hasher = new ContentHasher(database.file(), database.limits(), hashes);
        users.add(hasher);
        applier = new BatchApplier(database, writeAheadLog, hashes, hasher, gate);
    }

    /**
     * Opens the database file, or makes it and its directories.
     *
     * @param seed the limits for a file that is made; one that exists keeps its own
     * @throws NodeFault when the file can't be used, with the reason
     */
    public static SqliteStateMachine open(Path file, ClusterLimits seed) {
        return new SqliteStateMachine(OpenDatabase.open(file, seed));
    }

    public Path file() {
        return database.file();
    }

    public ClusterLimits limits() {
        return database.limits();
    }

    /** Which cluster the data are of: "original", or what its latest recovery has called it. Any thread. */
    public String lineage() {
        return database.lineage();
    }

    WriteGate writeGate() {
        return gate;
    }

    @Override
    public Applied applied() {
        return new Applied(
                database.state().index(),
                database.state().term(),
                database.state().confState(),
                MemberTable.read(database.writer().jdbc()));
    }

    /**
     * Records, in the database of a node that does not run, that an entry is to be applied as one that does nothing.
     *
     * @param seed as in {@link #open}
     * @throws NodeFault when the file can't be used, or the entry has been applied
     */
    public static void skip(Path file, ClusterLimits seed, long index) {
        try (SqliteStateMachine machine = open(file, seed)) {
            if (index <= machine.database.state().index()) {
                throw new NodeFault("entry " + index + " has been applied to " + file + ", which stands at index "
                        + machine.database.state().index() + "; it can't be skipped any more");
            }
            Skips.add(machine.database.writer(), index);
        } catch (SQLException e) {
            throw new NodeFault("can't write to " + file + ": " + SqlErrors.message(e), e);
        }
    }

    @Override
    public void bootstrap(Applied beginning) {
        gate.enterToApply();
        try {
            database.begin(beginning);
            hashes.applied(List.of(database.state()));
        } catch (SQLException e) {
            throw new NodeFault(
                    "can't write the beginning of the cluster to " + file() + ": " + SqlErrors.message(e), e);
        } finally {
            gate.leaveAfterApply();
        }
    }

    @Override
    public boolean skips(long index) {
        return database.skips(index);
    }

    @Override
    public StateHashes hashes() {
        return hashes;
    }

    @Override
    public void onFullDisk(RoomWaiter waiter) {
        applier.onFullDisk(waiter);
    }

    /** Over what all entries so far did; equal on nodes that applied the same ones. */
    long outcomeHash() {
        return database.state().outcomeHash();
    }

    /**
     * One transaction, except around entries that need their own; each of those is a durable step by itself. So when a
     * fault stops a batch, entries before the one at fault may have been applied, as {@link #applied} tells.
     */
    @Override
    public List<List<StatementResult>> apply(List<CommittedEntry> batch) {
        gate.enterToApply();
        try {
            return database.writer().jdbc().execute((ConnectionCallback<List<List<StatementResult>>>)
                    connection -> applier.run(batch));
        } catch (DataAccessException e) {
            rollback(e);
            String reason = e.getCause() instanceof SQLException sql ? SqlErrors.message(sql) : e.getMessage();
            boolean damaged = e.getCause() instanceof SQLException sql && SqlErrors.isDamagedFile(sql);
            String advice = damaged
                    ? "The file is damaged, which only a disk or another program does: look at the disk, then empty this"
                            + " node's data directory and start it again; it gets everything from the others."
                    : "Look at the disk and the file, then start the node again. "
                            + UnappliableEntryException.advice(applier.applying());
            throw new NodeFault(
                    "SQLite failed on this node while entries from index "
                            + (database.state().index() + 1) + " were applied to " + file() + ", at index "
                            + applier.applying() + ": " + reason + ". " + advice,
                    e);
        } catch (RuntimeException e) {
            rollback(e);
            throw e;
        } finally {
            gate.leaveAfterApply();
        }
    }

    /** Whoever else opens the file has to be known here first. */
    void addUser(FileUser user) {
        users.add(user);
    }

    @Override
    public Applied copyTo(Path target) throws IOException {
        return DatabaseCopies.copy(file(), target, limits());
    }

    @Override
    public Applied inspect(Path copy) throws IOException {
        return DatabaseCopies.inspect(copy);
    }

    @Override
    public Applied replaceWith(Path copy) throws IOException {
        try {
            users.forEach(FileUser::suspend);
            database.replaceWith(copy);
            hashes.restart(database.state());
            users.forEach(user -> user.resume(database.limits()));
            return applied();
        } catch (SQLException e) {
            throw new NodeFault("the snapshot can't take the place of " + file() + ": " + SqlErrors.message(e), e);
        }
    }

    @Override
    public long rewriteTo(Path target) throws IOException {
        DatabaseCopies.rewrite(file(), target);
        return file().toFile().length();
    }

    @Override
    public boolean makeDurable() {
        try {
            return writeAheadLog.checkpoint(database.writer());
        } catch (SQLException e) {
            if (SqlErrors.isDiskFull(e)) {
                return false; // It stays in the write-ahead log, and so the entries in the log.
            }
            throw new NodeFault("bringing " + file() + " to the disk failed: " + SqlErrors.message(e), e);
        }
    }

    private void rollback(RuntimeException cause) {
        try {
            database.writer().rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Closes the file. With no reader left open it is then complete by itself, without a {@code -wal} beside it. */
    @Override
    public void close() {
        try {
            hasher.close();
            database.close();
        } catch (SQLException e) {
            throw new NodeFault("closing " + file() + " failed: " + SqlErrors.message(e), e);
        }
    }
}
