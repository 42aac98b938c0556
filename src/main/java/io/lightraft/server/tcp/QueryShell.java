package io.lightraft.server.tcp;

import io.lightraft.node.ReplicaException;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.SqlScript;
import io.lightraft.sql.Statement;
import io.lightraft.sql.TransactionControl;
import io.lightraft.sql.TransactionControl.Kind;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Understands a client's lines and answers each in full. Confined to its session, one line at a time. */
final class QueryShell {

    private static final Logger LOG = LoggerFactory.getLogger(QueryShell.class);

    private static final String PROMPT = "lightraft=# ";
    private static final String CONTINUATION = "lightraft-# ";
    private static final String PROMPT_IN_TRANSACTION = "lightraft=*# ";
    private static final String CONTINUATION_IN_TRANSACTION = "lightraft-*# ";

    private interface Request {
        void writeTo(TableWriter table) throws IOException;
    }

    private final SqlEngine engine;
    private final Duration timeout;
    private final int maxPendingChars;
    private final Writer out;
    private final BooleanSupplier stopping;
    private final Session session = new Session();
    private final SessionSettings settings;
    private final DotCommands dotCommands;

    // Of unfinished statements, in multi-line mode: their text so far, and why it must not be run.
    private final StringBuilder pending = new StringBuilder();
    private @Nullable String pendingProblem;

    QueryShell(
            SqlEngine engine,
            Supplier<ReplicaStatus> status,
            QueryListenerOptions options,
            Writer out,
            BooleanSupplier stopping) {
        this.engine = engine;
        this.timeout = Duration.ofMillis(options.statementTimeoutMillis());
        this.maxPendingChars = options.maxLineBytes();
        this.out = out;
        this.stopping = stopping;
        this.settings = new SessionSettings(options.readLevel());
        this.dotCommands = new DotCommands(engine, session, status, settings, timeout, out);
    }

    String prompt() {
        if (session.isInTransaction()) {
            return pending.isEmpty() ? PROMPT_IN_TRANSACTION : CONTINUATION_IN_TRANSACTION;
        }
        return pending.isEmpty() ? PROMPT : CONTINUATION;
    }

    /** Whether a statement has begun that no semicolon has ended. */
    boolean isWithinStatement() {
        return !pending.isEmpty();
    }

    /**
     * Answers a line.
     *
     * @return false when it asks for the session's end
     */
    boolean run(Line line) throws IOException {
        if (pending.isEmpty() && line.problem() == null && DotCommands.isDotCommand(line.text())) {
            if (DotCommands.isQuit(line.text())) {
                return false;
            }
            answer(table -> dotCommands.run(line.text(), table));
        } else if (settings.multiline) {
            add(line);
        } else {
            runScript(line.text(), line.problem());
        }
        return true;
    }

    private void add(Line line) throws IOException {
        String text = line.text();
        if (pending.length() + text.length() > maxPendingChars) {
            throw new LineReader.TooLongException(
                    "a statement is longer than " + maxPendingChars + " characters. Nothing of it was run.");
        }
        pending.append(text).append('\n');
        if (pendingProblem == null) {
            pendingProblem = line.problem();
        }
        if ((text.contains(";") || text.contains("*/")) && SqlScript.isComplete(pending.toString())) {
            String script = pending.toString();
            String problem = pendingProblem;
            dropPending();
            runScript(script, problem);
        } else if (isNothing(text)) {
            dropPending();
        }
    }

    /** Whether what is pending is blank, or closed comments only: then nothing has begun. */
    private boolean isNothing(String lastLine) {
        if (pendingProblem != null) {
            return false;
        }
        String text = pending.toString();
        boolean endsComment = lastLine.contains("--") || lastLine.contains("*/");
        return text.isBlank() || endsComment && SqlScript.split(text).isEmpty() && SqlScript.isComplete(text + ";");
    }

    private void dropPending() {
        pending.setLength(0);
        pending.trimToSize();
        pendingProblem = null;
    }

    private void runScript(String script, @Nullable String problem) throws IOException {
        if (problem != null) {
            out.write(Ansi.error(problem));
            return;
        }
        List<String> statements = SqlScript.split(script);
        List<Statement> whole = wholeTransaction(statements);
        if (!whole.isEmpty()) {
            boolean oneEntry = whole.stream().noneMatch(engine::readsOneNode);
            answer(table -> {
                if (oneEntry) {
                    runWhole(whole, table);
                } else {
                    runStepwise(statements, table);
                }
            });
            return;
        }
        for (String sql : statements) {
            if (stopping.getAsBoolean()) {
                return;
            }
            if (!sql.isBlank()) {
                ReadOptions options = settings.readOptions(timeout);
                answer(table -> engine.run(session, Statement.of(sql), options, table));
            }
        }
    }

    /** What stands between BEGIN and COMMIT, if that is all of the line: nobody can react to what it answers. */
    private List<Statement> wholeTransaction(List<String> statements) {
        int last = statements.size() - 1;
        if (last < 2
                || session.isInTransaction()
                || !TransactionControl.parse(statements.get(0)).isBegin()
                || TransactionControl.parse(statements.get(last)).kind() != Kind.COMMIT) {
            return List.of();
        }
        List<String> inner = statements.subList(1, last);
        return inner.stream().allMatch(sql -> TransactionControl.parse(sql).isNone())
                ? inner.stream().map(Statement::of).toList()
                : List.of();
    }

    /** As one entry of the log: it needs no right to write, and its first failure undoes all of it. */
    private void runWhole(List<Statement> statements, TableWriter table) throws IOException {
        engine.execute(session, statements, true, timeout, table);
        if (table.hasFailed()) {
            table.error("the transaction was rolled back");
        }
    }

    /** As if typed, but its first failure undoes all of it here, too. */
    private void runStepwise(List<String> statements, TableWriter table) throws IOException {
        ReadOptions options = settings.readOptions(timeout);
        try {
            for (String sql : statements) {
                engine.run(session, Statement.of(sql), options, table);
                if (table.hasFailed()) {
                    break;
                }
            }
        } catch (ReplicaException e) {
            table.error(String.valueOf(e.getMessage()));
        } finally {
            if (session.isInTransaction()) {
                engine.close(session);
                table.error("the transaction was rolled back");
            }
        }
    }

    /** Ends what the client left open. */
    void close() {
        try {
            engine.close(session);
        } catch (RuntimeException e) {
            LOG.debug("A session's transaction could not be ended: {}", e.toString());
        }
    }

    private void answer(Request request) throws IOException {
        TableWriter table = new TableWriter(out);
        boolean timed = settings.timer;
        long startNanos = System.nanoTime();
        try {
            request.writeTo(table);
        } catch (ReplicaException e) {
            table.error(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("A statement failed in a way that is not the statement's fault", e);
            table.error("internal error (" + e + "). The node's log says more.");
        } catch (OutOfMemoryError e) {
            // Mostly of a few huge values at once, which are free again now: a reason to end neither session nor node.
            LOG.error("A statement needed more memory than there is: {}", e.getMessage());
            table.error("the result needs more memory than this node has now. Ask for less of it at once.");
        }
        if (timed) {
            out.write(String.format(Locale.ROOT, "Time: %.3f ms\n", (System.nanoTime() - startNanos) / 1e6));
        }
        out.flush();
    }
}
