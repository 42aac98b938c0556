package io.lightraft.sql;

import io.lightraft.node.StateMachine.Applied;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/**
 * The database file as the apply worker has it open: the connection that writes, what runs commands on it, and what the
 * file says of itself. All of it is made anew when another file takes the place of this one. Confined to the apply
 * worker, but for the path, the limits and the lineage.
 */
final class OpenDatabase {

    private final Path file;
    private volatile ClusterLimits limits;
    private volatile String lineage;
    private Writer writer;
    private CommandExecutor executor;
    private KnownKeys keys;
    private AppliedState state;
    private Set<Long> skips;
    private boolean deferredKeys;

    private OpenDatabase(Path file, ClusterLimits limits, Writer writer) throws SQLException {
        this.file = file;
        this.limits = limits;
        this.writer = writer;
        executor = new CommandExecutor(writer, limits, directory(file));
        keys = KnownKeys.of(writer);
        state = InternalTables.readState(writer.jdbc());
        skips = Skips.read(writer);
        lineage = Recoveries.lineage(writer.jdbc());
        lookForDeferredKeys();
    }

    /** As {@link SqliteStateMachine#open}. */
    static OpenDatabase open(Path file, ClusterLimits seed) {
        Writer writer = null;
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            writer = new Writer(file, seed);
            InternalTables.prepare(writer, seed);
            ClusterLimits limits = InternalTables.readLimits(writer.jdbc());
            if (!limits.equals(seed)) {
                writer.close();
                writer = new Writer(file, limits);
            }
            return new OpenDatabase(file, limits, writer);
        } catch (IOException | SQLException | IllegalStateException | DataAccessException e) {
            close(writer);
            Throwable cause = e instanceof DataAccessException access ? access.getMostSpecificCause() : e;
            String reason = cause instanceof SQLException sql ? SqlErrors.message(sql) : cause.getMessage();
            throw new NodeFault("can't open the database " + file + ": " + reason, e);
        }
    }

    Path file() {
        return file;
    }

    ClusterLimits limits() {
        return limits;
    }

    /** See {@link Recoveries}. */
    String lineage() {
        return lineage;
    }

    Writer writer() {
        return writer;
    }

    CommandExecutor executor() {
        return executor;
    }

    KnownKeys keys() {
        return keys;
    }

    /** As of the last entry that is committed here. */
    AppliedState state() {
        return state;
    }

    /** What was committed to the file. */
    void committed(AppliedState newState) {
        state = newState;
    }

    /** The log counts on it from now on, so it is synced, unlike what the log could bring again. */
    void begin(Applied beginning) throws SQLException {
        AppliedState begun = new AppliedState(
                beginning.index(), beginning.term(), beginning.confState(), 0, 0, 0, 0, OutcomeHash.of(limits));
        writer.run("PRAGMA synchronous = FULL");
        writer.begin();
        try {
            MemberTable.write(writer, beginning.members());
            InternalTables.write(writer, begun);
            writer.commit();
        } catch (SQLException e) {
            writer.rollback();
            throw e;
        }
        writer.run("PRAGMA synchronous = NORMAL");
        state = begun;
    }

    boolean skips(long index) {
        return skips.contains(index);
    }

    /** Whether the schema has keys that are checked at COMMIT, as of {@link #lookForDeferredKeys}. */
    boolean hasDeferredKeys() {
        return deferredKeys;
    }

    void lookForDeferredKeys() throws SQLException {
        deferredKeys = writer.number("SELECT EXISTS(SELECT 1 FROM sqlite_schema WHERE sql LIKE '%deferred%')") > 0;
    }

    /** Forgets what the connection that writes remembers beside the file. */
    void reopen() throws SQLException {
        closeConnection();
        writer = new Writer(file, limits);
        executor = new CommandExecutor(writer, limits, directory(file));
    }

    /** An old write-ahead log beside a new file would bring the old content back, so it goes first. */
    void replaceWith(Path copy) throws IOException, SQLException {
        closeConnection();
        FileSwap.replace(file, copy);
        writer = new Writer(file, limits);
        ClusterLimits own = InternalTables.readLimits(writer.jdbc());
        if (!own.equals(limits)) {
            limits = own;
            writer.close();
            writer = new Writer(file, limits);
        }
        executor = new CommandExecutor(writer, limits, directory(file));
        keys = KnownKeys.of(writer);
        state = InternalTables.readState(writer.jdbc());
        skips = Skips.read(writer);
        lineage = Recoveries.lineage(writer.jdbc());
        lookForDeferredKeys();
    }

    /**
     * With no reader left open the file is then complete by itself, without a {@code -wal} beside it; unless there is no
     * room for that.
     */
    void close() throws SQLException {
        try {
            writer.number("PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            if (!SqlErrors.isDiskFull(e)) {
                throw e;
            }
        }
        closeConnection();
    }

    private void closeConnection() throws SQLException {
        executor.close();
        writer.close();
    }

    private static java.io.File directory(Path file) {
        return file.toAbsolutePath().getParent().toFile();
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
