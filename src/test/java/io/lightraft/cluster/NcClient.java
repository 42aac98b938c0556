package io.lightraft.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** A person with nc. */
final class NcClient implements AutoCloseable {

    private static final String PROMPT = "lightraft=# ";
    private static final String PROMPT_IN_TRANSACTION = "lightraft=*# ";
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;

    /** Whether the last prompt said so. */
    boolean inTransaction;

    /** What the node said first. */
    final String greeting;

    NcClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        greeting = answer();
    }

    String ask(String line) throws IOException {
        type(line);
        return answer();
    }

    void type(String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
    }

    /** What comes before the next prompt. */
    String answer() throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the session ended after: " + read.toString(UTF_8));
            }
            read.write(b);
            String text = b == ' ' ? read.toString(UTF_8) : "";
            for (String prompt : new String[] {PROMPT, PROMPT_IN_TRANSACTION}) {
                if (text.endsWith(prompt)) {
                    inTransaction = prompt.equals(PROMPT_IN_TRANSACTION);
                    return text.substring(0, text.length() - prompt.length());
                }
            }
        }
    }

    /** All until the node ends the session. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
