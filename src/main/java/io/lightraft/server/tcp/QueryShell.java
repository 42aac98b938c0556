package io.lightraft.server.tcp;

import io.lightraft.node.ReplicaException;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.Session;
import io.lightraft.sql.SqlEngine;
import io.lightraft.sql.SqlScript;
import io.lightraft.sql.Statement;
import io.lightraft.sql.TransactionControl;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
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
    private boolean transactionRefused;

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

    /**
     * BEGIN is refused, and what was meant to be undone by a ROLLBACK after it must not be done: it is ignored, as
     * PostgreSQL does after an error in a transaction.
     */
    private boolean isIgnored(String sql) throws IOException {
        TransactionControl control = TransactionControl.parse(sql);
        boolean ends =
                control.kind() == TransactionControl.Kind.COMMIT || control.kind() == TransactionControl.Kind.ROLLBACK;
        boolean ignored = transactionRefused;
        if (ignored) {
            out.write(Ansi.error(
                    ends
                            ? "the transaction was refused; nothing of it was done"
                            : "ignored: the transaction that it belongs to was refused; COMMIT or ROLLBACK ends it"));
        }
        transactionRefused = (ignored || control.opens()) && !ends;
        return ignored;
    }

    private void runScript(String script, @Nullable String problem) throws IOException {
        if (problem != null) {
            out.write(Ansi.error(problem));
            return;
        }
        for (String sql : SqlScript.split(script)) {
            if (stopping.getAsBoolean()) {
                return;
            }
            if (!sql.isBlank() && !isIgnored(sql)) {
                ReadOptions options = new ReadOptions(settings.readLevel, null, timeout);
                answer(table -> engine.run(session, Statement.of(sql), options, table));
            }
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
