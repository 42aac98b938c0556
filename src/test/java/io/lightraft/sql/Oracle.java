package io.lightraft.sql;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Plain SQLite with a connection for each of several sessions, and statements to give to both it and something that
 * claims to mean the same.
 */
public final class Oracle implements AutoCloseable {

    /** How a step's statements are given: typed one by one, or as a request whose statements stand together or alone. */
    public enum Way {
        TYPED,
        TOGETHER,
        EACH_ALONE
    }

    /** Statements for one session. */
    public record Step(Way way, List<Statement> statements) {}

    private final Path file;
    private final StatementMaker maker;
    private final Random random;
    private final List<PlainSqlite> sessions = new ArrayList<>();

    /** @param sessions how many there are */
    public Oracle(Path file, long seed, int sessions) throws SQLException {
        this.file = file;
        maker = new StatementMaker(seed);
        random = new Random(~seed);
        for (int i = 0; i < sessions; i++) {
            this.sessions.add(new PlainSqlite(file));
        }
    }

    /** To be run first. */
    public List<Statement> schema() {
        List<String> schema = new ArrayList<>(StatementMaker.SCHEMA);
        if (maker.deferred()) {
            schema.add(StatementMaker.DEFERRED);
        }
        return schema.stream().map(Statement::of).toList();
    }

    public Step step() {
        int kind = random.nextInt(10);
        if (kind < 3) {
            return new Step(Way.TYPED, maker.transaction());
        }
        if (kind < 6) {
            boolean counted = random.nextInt(3) == 0;
            return new Step(Way.TYPED, counted ? maker.counted() : List.of(maker.typed()));
        }
        Command command = maker.command();
        while (command.statements().stream()
                .anyMatch(statement -> statement.sql().contains("last_insert_rowid"))) {
            command = maker.command(); // a request is no session
        }
        return new Step(command.atomic() ? Way.TOGETHER : Way.EACH_ALONE, command.statements());
    }

    public StatementResult run(int session, Statement statement) {
        PlainSqlite plain = sessions.get(session);
        learnSchema(plain);
        return plain.result(statement);
    }

    /**
     * What another session has created since is found when SQLite looks into the file, which it doesn't for every
     * complaint: without it "cannot modify v because it is a view" came of a view that had got its trigger.
     */
    private static void learnSchema(PlainSqlite plain) {
        try {
            if (!plain.isInTransaction()) {
                plain.result(Statement.of("SELECT count(*) FROM sqlite_schema"));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of one atomic request; up to its first failure. */
    public List<StatementResult> runTogether(int session, List<Statement> statements) throws SQLException {
        PlainSqlite plain = sessions.get(session);
        List<StatementResult> results = new ArrayList<>();
        learnSchema(plain);
        plain.result(Statement.of("BEGIN"));
        for (Statement statement : statements) {
            StatementResult result = plain.result(statement);
            results.add(result);
            if (result instanceof StatementResult.Failed) {
                plain.rollback();
                return results;
            }
        }
        StatementResult end = plain.result(Statement.of("COMMIT"));
        if (end instanceof StatementResult.Failed) {
            plain.rollback();
            results.replaceAll(result -> end);
        }
        return results;
    }

    public boolean isInTransaction(int session) throws SQLException {
        return sessions.get(session).isInTransaction();
    }

    public void rollback(int session) throws SQLException {
        sessions.get(session).rollback();
    }

    /** The client of that session has connected anew. */
    public void reconnect(int session) throws SQLException {
        sessions.get(session).close();
        sessions.set(session, new PlainSqlite(file));
    }

    @Override
    public void close() throws SQLException {
        for (PlainSqlite session : sessions) {
            session.close();
        }
    }
}
