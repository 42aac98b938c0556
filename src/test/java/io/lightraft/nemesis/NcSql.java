package io.lightraft.nemesis;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Somebody with nc, who connects again when a session has ended. */
final class NcSql implements Sql {

    private static final Pattern AFFECTED = Pattern.compile("(\\d+) rows? affected\n");

    /** What errors that are not the statement's tell people to do. */
    private static final Pattern NOT_DONE = Pattern.compile("Nothing was done|[Rr]etry |Try again|[Aa]sk another");

    private final InetSocketAddress node;
    private final int timeoutMillis;
    private @Nullable NcSession session;

    NcSql(InetSocketAddress node, int timeoutMillis) {
        this.node = node;
        this.timeoutMillis = timeoutMillis;
    }

    @Override
    public Reply write(String... statements) {
        Reply reply = ask(String.join(" ", statements));
        if (reply.fate() != Fate.DONE) {
            return reply;
        }
        Matcher affected = AFFECTED.matcher(reply.text());
        if (affected.matches()) {
            return new Reply(Fate.DONE, List.of(Long.valueOf(affected.group(1))), List.of(), reply.text());
        }
        return Reply.without(Fate.FAILED, reply.text());
    }

    @Override
    public Reply read(String query) {
        Reply reply = ask(query);
        if (reply.fate() != Fate.DONE) {
            return reply;
        }
        // Below the rows that came first, if any.
        if (!reply.text().startsWith("+-") || reply.text().contains("\nError: ")) {
            return Reply.without(Fate.FAILED, reply.text());
        }
        return new Reply(Fate.DONE, List.of(), rows(reply.text()), reply.text());
    }

    /** Those of a table, without its head. */
    static List<List<String>> rows(String table) {
        return table.lines()
                .filter(line -> line.startsWith("|"))
                .skip(1)
                .map(NcSql::cells)
                .toList();
    }

    @Override
    public boolean transactions() {
        return false;
    }

    @Override
    public void close() {
        NcSession old = session;
        session = null;
        if (old != null) {
            old.close();
        }
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|"))
                .map(String::strip)
                .collect(Collectors.toList());
    }

    private Reply ask(String statement) {
        NcSession open = session;
        if (open == null) {
            try {
                open = new NcSession(node, timeoutMillis);
                session = open;
            } catch (IOException nobodyThere) {
                return Reply.without(Fate.REFUSED, String.valueOf(nobodyThere));
            }
        }
        try {
            return told(open.ask(statement));
        } catch (IOException ended) {
            close();
            return Reply.without(Fate.UNKNOWN, String.valueOf(ended));
        }
    }

    /** What the words of a node say about the outcome; DONE also for errors of the statement itself. */
    static Reply told(String text) {
        if (text.contains("outcome unknown")) {
            return Reply.without(Fate.UNKNOWN, text);
        }
        boolean refused = text.startsWith("Error: ") && NOT_DONE.matcher(text).find();
        return Reply.without(refused ? Fate.REFUSED : Fate.DONE, text);
    }

    @Override
    public Transaction transaction() {
        return new Transaction(node, timeoutMillis);
    }
}
