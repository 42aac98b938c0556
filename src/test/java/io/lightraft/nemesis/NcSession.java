package io.lightraft.nemesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.regex.Pattern;

/** One connection as with nc: a line there, and what comes before the next prompt back. */
final class NcSession implements AutoCloseable {

    private static final Pattern PROMPT = Pattern.compile("lightraft=\\*?# \\z");
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private final Socket socket = new Socket();

    NcSession(InetSocketAddress node, int timeoutMillis) throws IOException {
        try {
            socket.connect(node, timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            answer(socket.getInputStream());
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** @throws IOException when no whole answer came; the session is of no more use then */
    String ask(String statement) throws IOException {
        type(statement);
        return COLOUR.matcher(answer(socket.getInputStream())).replaceAll("");
    }

    /** Waits for no answer. */
    void type(String statement) throws IOException {
        socket.getOutputStream().write((statement + ";\n").getBytes(UTF_8));
    }

    private static String answer(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        while (true) {
            int count = in.read(buffer);
            if (count < 0) {
                throw new IOException("the session ended after: " + read.toString(UTF_8));
            }
            read.write(buffer, 0, count);
            var prompt = PROMPT.matcher(read.toString(UTF_8));
            if (prompt.find()) {
                return read.toString(UTF_8).substring(0, prompt.start());
            }
        }
    }

    /** As a process that is killed leaves it: closed, or reset if something was still unread. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // It is gone, as it should be.
        }
    }
}
