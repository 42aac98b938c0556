package io.lightraft.sql;

import io.lightraft.node.StateMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.sqlite.SQLiteConnection;

/** Whole copies of a database file: how one is made beside the writer, and what one says of itself. Any thread. */
final class DatabaseCopies {

    private static final int WHOLE_FILE = -1;

    /** Left free for the log and the state, which matter more than a copy. */
    private static final long SPARE_BYTES = 16 << 20;

    private DatabaseCopies() {}

    /**
     * Copies a database while it is written to, all in one step within one read snapshot: in several steps it would
     * begin anew with every write. The copy's own index is read from the copy.
     */
    static StateMachine.Applied copy(Path file, Path target, ClusterLimits limits) throws IOException {
        checkRoom(Files.size(file), target.toAbsolutePath().getParent());
        try (SQLiteConnection source = SqliteConnections.openReader(file, limits)) {
            int code = source.getDatabase().backup("main", target.toString(), null, 0, 0, WHOLE_FILE);
            if (code != 0) {
                throw new IOException(
                        "SQLite could not copy " + file + " to " + target + " (result code " + code + ")");
            }
        } catch (SQLException e) {
            throw new IOException("can't copy " + file + ": " + SqlErrors.message(e), e);
        }
        return read(target);
    }

    private static void checkRoom(long bytes, Path directory) throws IOException {
        long room = Files.getFileStore(directory).getUsableSpace() - SPARE_BYTES;
        if (bytes > room) {
            throw new IOException(
                    "a copy of " + (bytes >> 20) + " MiB has no room in " + directory + ": make room there");
        }
    }

    /** Copies what is in it, without free pages; the rowids stay as they are, which a VACUUM in place does not promise. */
    static void rewrite(Path file, Path target) throws IOException {
        try (SQLiteConnection source = SqliteConnections.openToRewrite(file);
                PreparedStatement vacuum = source.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, target.toString());
            vacuum.execute();
        } catch (SQLException e) {
            throw new IOException("can't rewrite " + file + ": " + SqlErrors.message(e), e);
        }
    }

    /** Checks the copy's pages, too. */
    static StateMachine.Applied inspect(Path copy) throws IOException {
        if (!Files.exists(copy)) {
            throw new IOException(copy + " is missing");
        }
        try (SQLiteConnection connection = SqliteConnections.openCopy(copy)) {
            String verdict = jdbc(connection).queryForObject("PRAGMA quick_check(1)", String.class);
            if (!"ok".equals(verdict)) {
                throw new IOException("it is damaged: " + verdict);
            }
        } catch (SQLException e) {
            throw new IOException("it is no database: " + SqlErrors.message(e), e);
        } catch (DataAccessException e) {
            throw new IOException(
                    "it is no database: " + e.getMostSpecificCause().getMessage(), e);
        }
        return read(copy);
    }

    private static StateMachine.Applied read(Path copy) throws IOException {
        try (SQLiteConnection connection = SqliteConnections.openCopy(copy)) {
            JdbcTemplate jdbc = jdbc(connection);
            InternalTables.checkFormat(jdbc);
            AppliedState state = InternalTables.readState(jdbc);
            return new StateMachine.Applied(state.index(), state.term(), state.confState(), MemberTable.read(jdbc));
        } catch (SQLException e) {
            throw new IOException("can't read " + copy + ": " + SqlErrors.message(e), e);
        } catch (DataAccessException | IllegalStateException e) {
            throw new IOException("can't read " + copy + ": " + e.getMessage(), e);
        }
    }

    private static JdbcTemplate jdbc(SQLiteConnection connection) {
        return new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }
}
