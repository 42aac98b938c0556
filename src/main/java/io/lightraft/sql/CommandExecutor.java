package io.lightraft.sql;

import io.lightraft.node.EntryHeader;
import java.io.File;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.Function;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Runs the statements of one command inside the open transaction, each (or, if atomic, all) within a savepoint. A
 * statement that fails leaves nothing behind, but what OR FAIL and RAISE(FAIL) keep when it stands by itself.
 */
final class CommandExecutor implements AutoCloseable {

    private static final String SAVEPOINT = "SAVEPOINT _lightraft_entry";
    private static final String ROLLBACK_TO = "ROLLBACK TO _lightraft_entry";
    private static final String RELEASE = "RELEASE _lightraft_entry";

    /** SQLite doesn't reset changes() for anything else. WITH is among them: it may begin a change. */
    private static final Set<String> SETS_CHANGES = Set.of("INSERT", "REPLACE", "UPDATE", "DELETE", "WITH");

    /** Below this much room on the disk, "full" is taken to mean the disk. */
    private static final long ROOM_BYTES = 64L << 20;

    private final Writer writer;
    private final ClusterLimits limits;
    private final File directory;
    private final OpcodeBudget budget = new OpcodeBudget();
    private final DeterministicFunctions functions;
    private final CostlyFunctions costly;
    private final JsonPatchLimit jsonPatch;
    private final KeptCurrentTime keptCurrentTime;
    private final RowidWatch rowids = new RowidWatch();
    private final TouchedRows touched = new TouchedRows();

    private long clockMillis;
    private long seed;
    private long rowid;
    private boolean rowidKnown;
    private long rowsAffected;

    /** What changes() gives until a statement of this command has set it. */
    private long changesBefore;

    /** Whether the statement at hand got so far. */
    private boolean ran;

    private long returnableBytes;

    /** Whether the disk had room when SQLite last called something full. Later somebody may have made room. */
    private boolean hadRoomWhenFull;

    CommandExecutor(Writer writer, ClusterLimits limits, File directory) throws SQLException {
        this.writer = writer;
        this.limits = limits;
        this.directory = directory;
        functions = new DeterministicFunctions(writer.connection(), limits.maxValueBytes(), budget);
        costly = new CostlyFunctions(writer.connection(), limits.maxValueBytes(), budget);
        jsonPatch = new JsonPatchLimit(writer.connection(), limits.maxValueBytes());
        keptCurrentTime = new KeptCurrentTime(writer, touched);
        budget.attach(writer.connection());
        rowids.attach(writer.connection());
        OverridingFunction changes = new OverridingFunction(arguments -> changes(), thrown -> {});
        Function.create(writer.connection(), "changes", changes, 0, 0);
        touched.attach(writer.connection());
    }

    /** What a command did, and what the session it belongs to sees after it. */
    record Outcome(List<StatementResult> results, long lastInsertRowid, long rowsAffected) {

        /** Whether what was run to get here has to be undone; only {@link Replay} gives it. */
        boolean isConflict() {
            return results.size() == 1 && results.get(0) == Replay.CONFLICT;
        }
    }

    /**
     * A statement's failure took the whole transaction with it (OR ROLLBACK, RAISE(ROLLBACK), a full sequence, an
     * exceeded budget): nothing since BEGIN is left.
     */
    static final class TransactionLost extends Exception {
        final int statement;
        final StatementResult.Failed failure;

        TransactionLost(int statement, StatementResult.Failed failure) {
            super(failure.message(), null, false, false);
            this.statement = statement;
            this.failure = failure;
        }
    }

    /**
     * @param previousRowid what the command before left, used when the command says nothing of its session
     * @param lost statements that are known to take the transaction with them; they are not run but fail as they did
     * @throws TransactionLost when another one did; to be run again with that one in {@code lost}
     * @throws SQLException a failure of the node
     */
    Outcome execute(
            Command command,
            EntryHeader header,
            long previousRowid,
            long previousRowsAffected,
            Map<Integer, StatementResult.Failed> lost)
            throws TransactionLost, SQLException {
        clockMillis = header.clockMillis();
        seed = header.seed();
        Long sessionRowid = command.sessionRowid();
        long startRowid = sessionRowid != null ? sessionRowid : previousRowid;
        rowsAffected = sessionRowid != null ? 0 : previousRowsAffected;
        returnableBytes = limits.maxReturnedBytes();
        budget.reset(limits.opcodeBudget());
        startFrom(startRowid);
        changesBefore = sessionRowid != null ? command.sessionChanges() : 0;
        List<StatementResult> results = new ArrayList<>(command.statements().size());
        if (command.atomic()) {
            writer.run(SAVEPOINT);
        }
        for (int i = 0; i < command.statements().size(); i++) {
            StatementResult result = command.atomic()
                    ? attempt(command.statements().get(i), i, lost.get(i))
                    : alone(command.statements().get(i), i, lost.get(i));
            results.add(result);
            if (command.atomic() && result instanceof StatementResult.Failed failed) {
                undo(i, failed, startRowid);
                break;
            }
        }
        if (command.atomic()) {
            writer.run(RELEASE);
        }
        return new Outcome(results, rowid, rowsAffected);
    }

    /** Begins a transaction that is given statement by statement; all of them share the limits of one command. */
    void start(SessionValues session) throws SQLException {
        rowsAffected = 0;
        changesBefore = session.changes();
        returnableBytes = limits.maxReturnedBytes();
        budget.reset(limits.opcodeBudget());
        startFrom(session.rowid());
    }

    /** A statement that failed while it ran has said how many rows stay; one that never ran says nothing. */
    private void keepChanges(Statement failed) throws SQLException {
        changesBefore =
                ran && countsRows(failed) ? writer.connection().getDatabase().changes() : changes();
    }

    private long changes() throws SQLException {
        long own = writer.connection().getDatabase().changes();
        return own == 0 ? changesBefore : own;
    }

    /** What the functions answer from, for a statement that is run elsewhere. */
    void use(Recording.Moment moment) {
        functions.use(moment.clockMillis(), moment.seed(), 0);
    }

    /** Runs one statement after {@link #start}. */
    StatementResult step(Statement statement, Recording.Moment moment) throws TransactionLost, SQLException {
        clockMillis = moment.clockMillis();
        seed = moment.seed();
        if (!TransactionControl.parse(statement.sql()).isSavepoint()) {
            return alone(statement, 0, null);
        }
        try (PreparedStatement prepared = writer.connection().prepareStatement(statement.sql())) {
            prepared.execute();
            return new StatementResult.Changed(rowsAffected, rowid);
        } catch (SQLException e) {
            if (!SqlErrors.isResult(e)) {
                throw e;
            }
            return SqlErrors.failed(e);
        }
    }

    /** The transaction was rolled back: what the connection remembers of it is not to be relied upon. */
    void forgetRowid() {
        rowidKnown = false;
    }

    private StatementResult alone(Statement statement, int number, StatementResult.@Nullable Failed known)
            throws TransactionLost, SQLException {
        long before = rowid;
        writer.run(SAVEPOINT);
        StatementResult result = attempt(statement, number, known);
        if (result instanceof StatementResult.Failed failed) {
            keepChanges(statement);
            if (leavesWhatItDid(statement, failed)) {
                rowidKnown = false;
                releaseAfter(number, failed);
                rowsAffected = 0;
                startFrom(before);
                return result;
            }
            undo(number, failed, before);
        }
        writer.run(RELEASE);
        return result;
    }

    /** SQLite has undone what is to be undone; OR FAIL and RAISE(FAIL) keep what was done before. */
    private boolean leavesWhatItDid(Statement statement, StatementResult.Failed failure) throws SQLException {
        return (failure.code() & 0xFF) == SqlErrors.CONSTRAINT
                && keptCurrentTime.complaint(statement.sql(), functions.gaveNow()) == null
                && rowids.complaint(writer) == null;
    }

    private void releaseAfter(int number, StatementResult.Failed failure) throws TransactionLost, SQLException {
        try {
            writer.run(RELEASE);
        } catch (SQLException e) {
            throw lostOr(e, number, failure);
        }
    }

    /** @return the error itself when the transaction is still there */
    private static SQLException lostOr(SQLException e, int number, StatementResult.Failed failure)
            throws TransactionLost {
        if (SqlErrors.message(e).startsWith("no such savepoint")) {
            throw new TransactionLost(number, failure);
        }
        return e;
    }

    /** Comes first after every failure: only so it shows whether there is still a transaction to go on with. */
    private void undo(int number, StatementResult.Failed failure, long rowidBefore)
            throws TransactionLost, SQLException {
        rowidKnown = false;
        try {
            writer.run(ROLLBACK_TO);
        } catch (SQLException e) {
            throw lostOr(e, number, failure);
        }
        if (failure.code() == SqlErrors.FULL) {
            throw new TransactionLost(number, failure); // whose fault it was is found out on an entry by itself
        }
        rowsAffected = 0;
        startFrom(rowidBefore);
    }

    private StatementResult attempt(Statement statement, int number, StatementResult.@Nullable Failed known)
            throws TransactionLost, SQLException {
        ran = known != null;
        if (known != null) {
            if (known.code() == SqlErrors.FULL && !sequenceIsExhausted(statement.sql())) {
                throw new SQLiteException("the database or the disk is full", SQLiteErrorCode.SQLITE_FULL);
            }
            return known.code() == SqlErrors.FULL
                    ? new StatementResult.Failed(SqlErrors.ERROR, "an AUTOINCREMENT key has no number left")
                    : known;
        }
        if (budget.exceeded()) {
            return exceeded();
        }
        String shadow = ShadowTables.complaint(writer, statement.sql());
        if (shadow != null) {
            return new StatementResult.Failed(SqlErrors.ERROR, shadow);
        }
        rowids.reset();
        touched.reset();
        try (PreparedStatement prepared = writer.connection().prepareStatement(statement.sql())) {
            Parameters.bind(prepared, statement);
            functions.use(clockMillis, seed, number);
            budget.bulk(isBulk(statement));
            budget.count(true);
            ran = true;
            jsonPatch.set(statement.sql());
            try (Cursor cursor = new Cursor(prepared, statement.sql())) {
                return result(statement, cursor);
            }
        } catch (SQLException e) {
            Throwable fault = functions.fault() != null ? functions.fault() : costly.fault();
            if (fault != null) {
                throw new SQLException("a function failed: " + fault, e);
            }
            if (budget.exceeded() && SqlErrors.isPrimary(e, SqlErrors.INTERRUPT)) {
                return exceeded();
            }
            if (SqlErrors.isResult(e)) {
                return jsonPatch.explained(SqlErrors.failed(e));
            }
            if (SqlErrors.isPrimary(e, SqlErrors.FULL)) {
                hadRoomWhenFull = directory.getUsableSpace() > ROOM_BYTES;
                return new StatementResult.Failed(SqlErrors.FULL, SqlErrors.message(e));
            }
            throw e;
        } finally {
            budget.count(false);
            jsonPatch.lift();
        }
    }

    /** Whether a statement sets changes(); others leave it at what it was. */
    static boolean countsRows(Statement statement) {
        Token first = new SqlLexer(statement.sql()).next();
        return first != null && SETS_CHANGES.contains(first.text().toUpperCase(Locale.ROOT));
    }

    private static boolean isBulk(Statement statement) {
        SqlLexer lexer = new SqlLexer(statement.sql());
        Token first = lexer.next();
        Token second = lexer.next();
        if (first == null || second == null) {
            return false;
        }
        return first.isWord("REINDEX")
                || first.isWord("ALTER")
                || first.isWord("CREATE") && (second.isWord("INDEX") || second.isWord("UNIQUE"));
    }

    private StatementResult result(Statement statement, Cursor cursor) throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (@Nullable Object[] row = cursor.next(); row != null; row = cursor.next()) {
            returnableBytes -= size(row);
            if (returnableBytes < 0) {
                return new StatementResult.Failed(
                        SqlErrors.TOO_BIG,
                        "the rows returned by one write are more than " + limits.maxReturnedBytes()
                                + " bytes; read them with a query");
            }
            rows.add(Collections.unmodifiableList(Arrays.asList(row)));
        }
        budget.count(false);
        if (countsRows(statement)) {
            changesBefore = 0;
            rowsAffected = writer.connection().getDatabase().changes();
        }
        String rowidComplaint = rowids.complaint(writer);
        if (rowidComplaint != null) {
            return new StatementResult.Failed(SqlErrors.ERROR, rowidComplaint);
        }
        String complaint = keptCurrentTime.complaint(statement.sql(), functions.gaveNow());
        if (complaint != null) {
            return new StatementResult.Failed(SqlErrors.ERROR, complaint);
        }
        rowid = writer.number("SELECT last_insert_rowid()");
        return cursor.columns().isEmpty()
                ? new StatementResult.Changed(rowsAffected, rowid)
                : new StatementResult.Rows(cursor.columns(), rows, rowsAffected, rowid);
    }

    /** Sets last_insert_rowid() to a value and changes() to 0. */
    private void startFrom(long wantedRowid) throws SQLException {
        if (!rowidKnown || rowid != wantedRowid) {
            writer.run("INSERT INTO _lightraft_rowid VALUES(?)", wantedRowid);
            writer.run("DELETE FROM _lightraft_rowid");
            rowid = wantedRowid;
            rowidKnown = true;
        }
        writer.run("DELETE FROM _lightraft_rowid WHERE 0");
    }

    /**
     * Whether "full" is the statement's own doing, not the disk's: it stands before an AUTOINCREMENT sequence that is
     * at its end, or it takes numbers from one while the disk has room.
     */
    private boolean sequenceIsExhausted(String sql) throws SQLException {
        boolean sequences = writer.number("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'") > 0;
        if (!sequences) {
            return false;
        }
        if (writer.number("SELECT count(*) FROM sqlite_sequence WHERE seq = 9223372036854775807") > 0) {
            return true;
        }
        return hadRoomWhenFull && takesSequenceNumbers(sql);
    }

    private boolean takesSequenceNumbers(String sql) throws SQLException {
        try (PreparedStatement explain = writer.connection().prepareStatement("EXPLAIN " + sql);
                ResultSet program = explain.executeQuery()) {
            while (program.next()) {
                // NewRowid has the register of the highest number so far in P3 when the key is AUTOINCREMENT.
                if (program.getString("opcode").equals("NewRowid") && program.getInt("p3") != 0) {
                    return true;
                }
            }
            return false;
        }
    }

    private StatementResult.Failed exceeded() {
        return new StatementResult.Failed(
                SqlErrors.INTERRUPT,
                "the write takes more than " + limits.opcodeBudget()
                        + " steps of work, which is the limit for one entry; split it");
    }

    static long size(@Nullable Object[] row) {
        long bytes = 0;
        for (Object value : row) {
            bytes += value instanceof String text
                    ? 8 + 2L * text.length()
                    : value instanceof byte[] blob ? 8 + blob.length : 8;
        }
        return bytes;
    }

    /** Leaves the writer open. */
    @Override
    public void close() throws SQLException {
        functions.close();
        costly.close();
    }
}
