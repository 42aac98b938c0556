package io.lightraft.sql;

import io.lightraft.node.ContentHashes;
import io.lightraft.node.Quarantine;
import io.lightraft.node.ReplicaException;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.Replicator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * SQL on a replica: writes go through the log, reads wait for what their level asks and are then answered from this
 * node's own file. Thread-safe.
 *
 * <p>{@link ReadLevel#WEAK} and {@link ReadLevel#AUTO} are answered locally on the leader, and elsewhere as
 * linearizable ones, since this node has no other way to the leader's file: never weaker than asked.
 */
public final class Database implements SqlEngine {

    /** The replicator keeps deadlines itself; this is only for one that doesn't. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final String EARLIER_REFUSED = "not run: another statement of the same transaction was refused";

    private final Replicator<List<StatementResult>> replicator;
    private final ReaderPool readers;
    private final @Nullable Transactions transactions;
    private final ContentChecks contentChecks = new ContentChecks();

    /** Without interactive transactions. */
    public Database(Replicator<List<StatementResult>> replicator, ReaderPool readers) {
        this(replicator, readers, null);
    }

    public Database(
            Replicator<List<StatementResult>> replicator, ReaderPool readers, @Nullable Transactions transactions) {
        this.replicator = replicator;
        this.readers = readers;
        this.transactions = transactions;
    }

    @Override
    public void close(Session session) {
        if (transactions != null) {
            transactions.close(session);
        }
    }

    /** Compares the content of all nodes as of one index. Writes go on meanwhile. */
    public ContentHashes hashContent(Duration timeout) {
        return contentChecks.inTurn(Deadline.in(timeout), this::hashContent);
    }

    private ContentHashes hashContent(Deadline deadline) {
        long index = ContentHasher.index(propose(Command.HASH_CONTENT, deadline));
        return get(replicator.contentHashes(index, deadline.remaining()), deadline, false);
    }

    private void checkTrusted() {
        String reason = replicator.quarantine();
        if (reason != null) {
            throw new ReplicaException.Stopped(Quarantine.refusal(reason));
        }
    }

    @Override
    public void run(Session session, Statement statement, ReadOptions options, ResultSink sink) throws IOException {
        checkTrusted();
        if (transactions != null) {
            TransactionControl control = TransactionControl.parse(statement.sql());
            if (session.isInTransaction() || !control.isNone()) {
                transactions.run(session, control, statement, options.timeout(), sink);
                return;
            }
        }
        Deadline deadline = Deadline.in(options.timeout());
        Ruling ruling = rule(statement);
        if (ruling.kind() == Ruling.Kind.EITHER) {
            ruling = decide(session, statement, deadline);
        }
        switch (ruling.kind()) {
            case REFUSED -> sink.failed(SqlErrors.ERROR, ruling.reason());
            case NOTHING -> nothing(sink);
            case WRITE, WRITE_ALONE -> {
                Command command = new Command(
                        List.of(statement), false, session.lastInsertRowid(), null, null, session.rowsAffected());
                for (StatementResult result : propose(command, deadline)) {
                    deliver(statement, result, session, sink);
                }
            }
            default -> {
                await(options, deadline);
                readers.read(session, deadline, reader -> {
                    reader.read(statement, sink);
                    return true;
                });
            }
        }
    }

    @Override
    public void execute(Session session, List<Statement> statements, WriteOptions options, ResultSink sink)
            throws IOException {
        checkTrusted();
        Deadline deadline = Deadline.in(options.timeout());
        boolean atomic = options.atomic();
        List<Statement> present = present(statements);
        List<Ruling> rulings = present.stream()
                .map(statement -> withinWrite(statement, present.size() == 1))
                .toList();
        // What stands beside a refused BEGIN was meant to be undone or done with all the rest, so none of it is done.
        boolean together = atomic
                || present.stream()
                        .anyMatch(s -> TransactionControl.parse(s.sql()).opens());
        if (together && rulings.stream().anyMatch(Ruling::isRefused)) {
            for (Ruling ruling : rulings) {
                sink.failed(SqlErrors.ERROR, ruling.isRefused() ? ruling.reason() : EARLIER_REFUSED);
                if (ruling.isRefused()) {
                    return;
                }
            }
        }
        List<Statement> accepted = new ArrayList<>();
        for (int i = 0; i < present.size(); i++) {
            if (!rulings.get(i).isRefused()) {
                accepted.add(present.get(i));
            }
        }
        // A session that has not written has nothing to carry over: the values of the write before go on, as they do
        // for clients that share one connection.
        Long rowid = session.hasWritten() ? session.lastInsertRowid() : null;
        IdempotencyKey key = key(options, present);
        List<StatementResult> results = accepted.isEmpty()
                ? List.of()
                : propose(new Command(accepted, atomic, rowid, key, null, session.rowsAffected()), deadline);
        if (!results.isEmpty()
                && results.get(0) instanceof StatementResult.Failed failed
                && failed.code() == KnownKeys.REUSED) {
            throw new KeyReusedException(failed.message());
        }
        int next = 0;
        for (Ruling ruling : rulings) {
            if (ruling.isRefused()) {
                sink.failed(SqlErrors.ERROR, ruling.reason());
            } else if (next < results.size()) { // an atomic command ends at its first failure
                deliver(accepted.get(next), results.get(next), session, sink);
                next++;
            }
        }
    }

    @Override
    public void query(Session session, List<Statement> statements, ReadOptions options, ResultSink sink)
            throws IOException {
        checkTrusted();
        Deadline deadline = Deadline.in(options.timeout());
        List<Statement> present = present(statements);
        if (present.isEmpty()) {
            return;
        }
        await(options, deadline);
        readers.read(session, deadline, reader -> {
            for (Statement statement : present) {
                Ruling ruling = rule(statement);
                if (ruling.isRefused()) {
                    sink.failed(SqlErrors.ERROR, ruling.reason());
                } else if (ruling.kind() == Ruling.Kind.NOTHING) {
                    nothing(sink);
                } else if (ruling.writes() || ruling.kind() == Ruling.Kind.EITHER && writes(reader, statement)) {
                    sink.failed(SqlErrors.READONLY, Reader.WRITE_REFUSED);
                } else {
                    reader.read(statement, sink);
                }
            }
            return true;
        });
    }

    @Override
    public boolean readsOneNode(Statement statement) {
        Ruling ruling = rule(statement);
        return transactions != null
                && !ruling.writes()
                && !ruling.isRefused()
                && StatementRules.checkedWithinWrite(statement.sql(), ruling).isRefused();
    }

    private Ruling rule(Statement statement) {
        int longest = readers.limits().maxStatementBytes();
        String sql = statement.sql();
        if (sql.length() > longest || sql.length() > longest / 3 && utf8Length(sql) > longest) {
            return Ruling.refused("the statement is longer than " + longest + " bytes");
        }
        return StatementRules.rule(sql, readers.limits().foreignKeys());
    }

    private static int utf8Length(String sql) {
        return sql.getBytes(StandardCharsets.UTF_8).length;
    }

    private Ruling withinWrite(Statement statement, boolean only) {
        Ruling ruling = rule(statement);
        if (ruling.kind() == Ruling.Kind.WRITE_ALONE && !only) {
            return Ruling.refused("this statement has to be sent by itself");
        }
        return StatementRules.checkedWithinWrite(statement.sql(), ruling);
    }

    private static List<Statement> present(List<Statement> statements) {
        return statements.stream()
                .filter(statement -> !StatementRules.isEmpty(statement.sql()))
                .toList();
    }

    /**
     * Asks SQLite whether the statement writes. A file that lags may not have the tables yet, so an error counts only
     * when it comes again after a linearizable wait; then the statement goes on as a read, which will report it.
     */
    private Ruling decide(Session session, Statement statement, Deadline deadline) throws IOException {
        Boolean writes = tryWrites(session, statement, deadline);
        if (writes == null) {
            get(replicator.readIndex(deadline.remaining()), deadline, false);
            writes = tryWrites(session, statement, deadline);
        }
        return writes != null && writes ? StatementRules.checkedAsWrite(statement.sql()) : Ruling.READ;
    }

    private @Nullable Boolean tryWrites(Session session, Statement statement, Deadline deadline) throws IOException {
        return readers.<@Nullable Boolean>read(session, deadline, reader -> {
            try {
                return reader.writes(statement.sql());
            } catch (SQLException e) {
                return null;
            }
        });
    }

    private static boolean writes(Reader reader, Statement statement) {
        try {
            return reader.writes(statement.sql());
        } catch (SQLException e) {
            return false; // reading it will say what is wrong
        }
    }

    private void await(ReadOptions options, Deadline deadline) {
        ReadLevel level = options.level();
        if (level == ReadLevel.STRONG) {
            propose(Command.EMPTY, deadline);
            return;
        }
        if (level != ReadLevel.LINEARIZABLE) {
            ReplicaStatus status = replicator.status();
            boolean learner = status.role().equals("LEARNER");
            if (level == ReadLevel.NONE || level == ReadLevel.AUTO && learner) {
                checkFreshness(options.freshness());
                return;
            }
            // One that is not ready may have lost its office without knowing it, during a pause say.
            if (status.role().equals("LEADER") && status.ready()) {
                return;
            }
        }
        get(replicator.readIndex(deadline.remaining()), deadline, false);
    }

    private void checkFreshness(@Nullable Duration freshness) {
        if (freshness == null) {
            return;
        }
        Duration age = replicator.leaderContactAge();
        if (age == null || age.compareTo(freshness) > 0) {
            throw new ReplicaException.Rejected("stale read");
        }
    }

    private List<StatementResult> propose(Command command, Deadline deadline) {
        byte[] bytes;
        try {
            bytes = CommandCodec.encode(command);
        } catch (IllegalArgumentException e) {
            throw new ReplicaException.Rejected(String.valueOf(e.getMessage()));
        }
        CompletableFuture<List<StatementResult>> future = command.key() == null
                ? replicator.propose(bytes, deadline.remaining())
                : replicator.proposeRepeatable(bytes, deadline.remaining());
        return get(future, deadline, true);
    }

    /** Of all statements that were sent, those that are refused here included. */
    private static @Nullable IdempotencyKey key(WriteOptions options, List<Statement> statements) {
        String text = options.idempotencyKey();
        try {
            return text == null ? null : IdempotencyKey.of(text, statements, options.atomic());
        } catch (IllegalArgumentException e) {
            throw new ReplicaException.Rejected(String.valueOf(e.getMessage()));
        }
    }

    private static <T> T get(CompletableFuture<T> future, Deadline deadline, boolean write) {
        try {
            return future.get(deadline.remaining().plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ReplicaException known) {
                throw known;
            }
            throw new IllegalStateException("the replica failed", e.getCause());
        } catch (TimeoutException e) {
            throw write
                    ? new ReplicaException.OutcomeUnknown(
                            "outcome unknown: the deadline passed while the write was under way. It"
                                    + " may still take effect: look before you repeat it.")
                    : new ReplicaException.NoLeader("The deadline passed before the leader answered. Try again.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw write
                    ? new ReplicaException.OutcomeUnknown(
                            "outcome unknown: this node is shutting down while the write is under way. It"
                                    + " may still take effect: look before you repeat it.")
                    : new ReplicaException.Stopped(
                            "The wait was interrupted: this node is shutting down. Ask another" + " one.");
        }
    }

    private static void nothing(ResultSink sink) throws IOException {
        sink.columns(List.of());
        sink.endOfRows();
    }

    static void deliver(Statement statement, StatementResult result, Session session, ResultSink sink)
            throws IOException {
        if (result instanceof StatementResult.Changed changed) {
            boolean counted = CommandExecutor.countsRows(statement);
            session.changed(counted ? changed.rowsAffected() : session.rowsAffected(), changed.lastInsertRowid());
            sink.changed(changed.rowsAffected(), changed.lastInsertRowid());
        } else if (result instanceof StatementResult.Failed failed) {
            session.failed(failed.code());
            sink.failed(failed.code(), failed.message());
        } else if (result instanceof StatementResult.Rows rows) {
            session.changed(rows.rowsAffected(), rows.lastInsertRowid());
            sink.columns(rows.columns());
            for (List<@Nullable Object> row : rows.rows()) {
                sink.row(row.toArray());
            }
            sink.endOfRows();
        }
    }
}
