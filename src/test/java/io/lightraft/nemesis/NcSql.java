package io.lightraft.nemesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Somebody with nc, who connects again when a session has ended. */
final class NcSql implements Sql {

    private static final String PROMPT = "lightraft=# ";
    private static final Pattern AFFECTED = Pattern.compile("(\\d+) rows? affected\n");
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    /** What errors that are not the statement's tell people to do. */
    private static final Pattern NOT_DONE = Pattern.compile("Nothing was done|[Rr]etry |Try again|[Aa]sk another");

    private final InetSocketAddress node;
    private final int timeoutMillis;
    private @Nullable Socket session;

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
        List<List<String>> rows = reply.text()
                .lines()
                .filter(line -> line.startsWith("|"))
                .skip(1)
                .map(NcSql::cells)
                .toList();
        return new Reply(Fate.DONE, List.of(), rows, reply.text());
    }

    @Override
    public boolean transactions() {
        return false;
    }

    @Override
    public void close() {
        Socket old = session;
        session = null;
        if (old != null) {
            try {
                old.close();
            } catch (IOException alreadyGone) {
                // It is gone, as it should be.
            }
        }
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|"))
                .map(String::strip)
                .collect(Collectors.toList());
    }

    private Reply ask(String statement) {
        Socket open = session;
        if (open == null) {
            try {
                open = connect();
            } catch (IOException nobodyThere) {
                close();
                return Reply.without(Fate.REFUSED, String.valueOf(nobodyThere));
            }
        }
        String text;
        try {
            open.getOutputStream().write((statement + ";\n").getBytes(UTF_8));
            text = COLOUR.matcher(answer(open.getInputStream())).replaceAll("");
        } catch (IOException ended) {
            close();
            return Reply.without(Fate.UNKNOWN, String.valueOf(ended));
        }
        if (text.contains("outcome unknown")) {
            return Reply.without(Fate.UNKNOWN, text);
        }
        boolean refused = text.startsWith("Error: ") && NOT_DONE.matcher(text).find();
        return Reply.without(refused ? Fate.REFUSED : Fate.DONE, text);
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        session = socket;
        socket.connect(node, timeoutMillis);
        socket.setSoTimeout(timeoutMillis);
        answer(socket.getInputStream());
        return socket;
    }

    /** What comes before the next prompt. */
    private static String answer(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        while (true) {
            int count = in.read(buffer);
            if (count < 0) {
                throw new IOException("the session ended after: " + read.toString(UTF_8));
            }
            read.write(buffer, 0, count);
            String text = read.toString(UTF_8);
            if (text.endsWith(PROMPT)) {
                return text.substring(0, text.length() - PROMPT.length());
            }
        }
    }
}
