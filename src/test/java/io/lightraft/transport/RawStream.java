package io.lightraft.transport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A peer, or somebody who is none, at the level of bytes. */
final class RawStream implements AutoCloseable {

    private final Socket socket;
    private final OutputStream out;
    private final BufferedReader in;

    RawStream(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(5000);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    static StreamHead head(long from, long to, long epoch, UUID incarnation) {
        return new StreamHead(TestNode.CLUSTER, from, to, Lane.CONTROL, epoch, incarnation, "1.0");
    }

    /** Opens a stream. */
    static RawStream open(int port, StreamHead head) throws IOException {
        return open(port, head, Lineage.ORIGINAL);
    }

    static RawStream open(int port, StreamHead head, String lineage) throws IOException {
        RawStream stream = new RawStream(port);
        StringBuilder text = new StringBuilder("POST /raft/stream HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                + "Transfer-Encoding: chunked\r\nContent-Type: application/x-ndjson\r\n");
        head.toHeaders()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        text.append(Lineage.HEADER).append(": ").append(lineage).append("\r\n");
        stream.write(text.append("\r\n").toString());
        return stream;
    }

    void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Writes a chunk of the stream's body. */
    void chunk(String text) throws IOException {
        write(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    /** The next status line's code; 100 when the stream is taken. */
    int status() throws IOException {
        String line = in.readLine();
        while (line != null && !line.startsWith("HTTP/1.1 ")) {
            line = in.readLine();
        }
        if (line == null) {
            throw new IOException("closed without an answer");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    /** Whatever else comes until the other side closes. */
    String rest() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            text.append(line).append('\n');
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
