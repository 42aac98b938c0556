package io.lightraft.server.tcp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What nc is to the listener: bytes in, bytes out. Reads give up after ten seconds. */
final class NcClient implements AutoCloseable {

    static final String PROMPT = "lightraft=# ";

    final Socket socket;
    private final InputStream in;

    private NcClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Connects and reads nothing. */
    static NcClient dial(int port) throws IOException {
        return new NcClient(port);
    }

    /** Connects and reads up to the first prompt. */
    static NcClient connect(int port) throws IOException {
        NcClient client = new NcClient(port);
        client.readUntil(PROMPT);
        return client;
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends a line and gives its answer, without the prompt. */
    String ask(String line) throws IOException {
        send(line + "\n");
        return readUntil(PROMPT);
    }

    /** What comes before {@code end}, which is read too. */
    String readUntil(String end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        char last = end.charAt(end.length() - 1);
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("The connection ended after: " + read.toString(StandardCharsets.UTF_8));
            }
            read.write(b);
            if (b == last && read.toString(StandardCharsets.UTF_8).endsWith(end)) {
                String text = read.toString(StandardCharsets.UTF_8);
                return text.substring(0, text.length() - end.length());
            }
        }
    }

    /** All until the server ends the connection. */
    String readToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Reads on and throws away, counting. */
    long skipToEnd() throws IOException {
        return in.transferTo(OutputStream.nullOutputStream());
    }

    void endInput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
