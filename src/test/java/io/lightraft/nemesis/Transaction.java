package io.lightraft.nemesis;

import io.lightraft.nemesis.Sql.Fate;
import io.lightraft.nemesis.Sql.Reply;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that goes on statement by statement, in a session of its own. Before COMMIT was sent nothing of it can
 * ever be seen, however it ends.
 */
final class Transaction implements AutoCloseable {

    private static final int LONGEST_PAUSE_MILLIS = 60;

    private final InetSocketAddress node;
    private final int timeoutMillis;
    private @Nullable NcSession session;

    Transaction(InetSocketAddress node, int timeoutMillis) {
        this.node = node;
        this.timeoutMillis = timeoutMillis;
    }

    /** REFUSED: the transaction is over. DONE: this is what was answered, be it an error of the statement. */
    Reply run(String statement) {
        try {
            if (session == null) {
                session = new NcSession(node, timeoutMillis);
            }
            String text = session.ask(statement);
            if (text.contains("outcome unknown")) {
                throw new IllegalStateException("nothing but COMMIT has an outcome that can't be known: " + text);
            }
            boolean over = text.contains("the transaction was rolled back")
                    || text.contains("the transaction was not begun")
                    || text.contains("database is locked");
            return over
                    ? Reply.without(Fate.REFUSED, text)
                    : new Reply(NcSql.told(text).fate(), List.of(), NcSql.rows(text), text);
        } catch (IOException ended) {
            return Reply.without(Fate.REFUSED, String.valueOf(ended));
        }
    }

    /** DONE, REFUSED or UNKNOWN. */
    Reply commit() {
        NcSession open = session;
        if (open == null) {
            throw new IllegalStateException("nothing to commit");
        }
        try {
            String text = open.ask("COMMIT");
            if (text.equals("OK\n")) {
                return Reply.without(Fate.DONE, text);
            }
            Fate fate = NcSql.told(text).fate();
            boolean rolledBack = text.contains("rolled back") || text.contains("conflict");
            if (fate == Fate.DONE && !rolledBack) {
                throw new IllegalStateException("COMMIT was answered with: " + text);
            }
            return Reply.without(fate == Fate.UNKNOWN ? Fate.UNKNOWN : Fate.REFUSED, text);
        } catch (IOException ended) {
            return Reply.without(Fate.UNKNOWN, String.valueOf(ended));
        }
    }

    /**
     * Has a process type all of it, and kills that process with SIGKILL somewhere on the way.
     *
     * @return REFUSED when COMMIT was not sent
     */
    Fate killedWithin(List<String> statements, Random random) throws IOException, InterruptedException {
        int typed = 1 + random.nextInt(statements.size());
        String connect = "exec 3<>/dev/tcp/" + node.getAddress().getHostAddress() + "/" + node.getPort();
        // Without a reader of what is answered, the kernel resets the connection when the process dies.
        Process person = new ProcessBuilder("bash", "-c", connect + " && exec cat >&3")
                .redirectError(Redirect.DISCARD)
                .start();
        try (var keyboard = person.outputWriter()) {
            for (String statement : statements.subList(0, typed)) {
                keyboard.write(statement + ";\n");
                keyboard.flush();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_PAUSE_MILLIS)));
            }
            person.destroyForcibly();
        } catch (IOException nobodyThere) {
            person.destroyForcibly();
        }
        person.waitFor(10, TimeUnit.SECONDS);
        return typed == statements.size() ? Fate.UNKNOWN : Fate.REFUSED;
    }

    /** Hangs up in the middle of it, if it is not over. */
    @Override
    public void close() {
        NcSession open = session;
        session = null;
        if (open != null) {
            open.close();
        }
    }
}
