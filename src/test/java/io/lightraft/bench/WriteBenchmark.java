package io.lightraft.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Writes through {@code POST /db/execute}, one INSERT with one parameter a request, each client waiting for its answer.
 * Works against everything that speaks rqlite's HTTP interface, so that peers are measured by the same program. The
 * client is a bare socket: it shares the machine with the cluster and should cost it little.
 *
 * <p>Usage: {@code WriteBenchmark CLIENTS SECONDS HOST:PORT...}; clients are spread over the addresses. The table is
 * made by the first one.
 */
final class WriteBenchmark {

    private static final int MICROS = 10_000_000;
    private static final String WARM_UP_SECONDS = System.getProperty("warmUpSeconds", "5");

    private final AtomicLongArray latencyCounts = new AtomicLongArray(MICROS / 10);
    private volatile boolean measuring;
    private volatile boolean done;

    public static void main(String[] args) throws Exception {
        int clients = Integer.parseInt(args[0]);
        int seconds = Integer.parseInt(args[1]);
        new WriteBenchmark().run(clients, seconds, Arrays.copyOfRange(args, 2, args.length));
    }

    private void run(int clients, int seconds, String[] addresses) throws Exception {
        try (Connection setUp = new Connection(addresses[0])) {
            setUp.post("[\"CREATE TABLE IF NOT EXISTS bench(id INTEGER PRIMARY KEY, name TEXT)\"]");
        }
        CountDownLatch ended = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            String address = addresses[i % addresses.length];
            int client = i;
            new Thread(() -> {
                        try (Connection connection = new Connection(address)) {
                            write(connection, client);
                        } catch (IOException e) {
                            System.err.println("client " + client + " gave up: " + e.getMessage());
                        } finally {
                            ended.countDown();
                        }
                    })
                    .start();
        }
        TimeUnit.SECONDS.sleep(Integer.parseInt(WARM_UP_SECONDS));
        measuring = true;
        long start = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        measuring = false;
        double elapsedSeconds = (System.nanoTime() - start) / 1e9;
        done = true;
        ended.await();
        report(clients, elapsedSeconds);
    }

    private void write(Connection connection, int client) throws IOException {
        for (long n = 0; !done; n++) {
            long start = System.nanoTime();
            connection.post("[[\"INSERT INTO bench(name) VALUES(?)\",\"client " + client + " row " + n + "\"]]");
            if (measuring) {
                int bucket = (int) Math.min(latencyCounts.length() - 1, (System.nanoTime() - start) / 10_000);
                latencyCounts.incrementAndGet(bucket);
            }
        }
    }

    private void report(int clients, double seconds) {
        long total = 0;
        for (int i = 0; i < latencyCounts.length(); i++) {
            total += latencyCounts.get(i);
        }
        System.out.printf(
                "clients=%d writes/s=%.0f p50=%d us p99=%d us max=%d us%n",
                clients, total / seconds, percentile(total, 0.5), percentile(total, 0.99), percentile(total, 1));
    }

    private long percentile(long total, double share) {
        long seen = 0;
        for (int i = 0; i < latencyCounts.length(); i++) {
            seen += latencyCounts.get(i);
            if (seen >= total * share) {
                return (i + 1) * 10L;
            }
        }
        return -1;
    }

    /** A kept-alive connection that understands just enough HTTP. */
    private static final class Connection implements AutoCloseable {

        private final Socket socket;
        private final OutputStream out;
        private final InputStream in;

        Connection(String address) throws IOException {
            int colon = address.lastIndexOf(':');
            socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
            socket.setTcpNoDelay(true);
            out = socket.getOutputStream();
            in = new BufferedInputStream(socket.getInputStream());
        }

        void post(String json) throws IOException {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            String head =
                    "POST /db/execute HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: "
                            + body.length + "\r\n\r\n";
            byte[] request = Arrays.copyOf(head.getBytes(StandardCharsets.ISO_8859_1), head.length() + body.length);
            System.arraycopy(body, 0, request, head.length(), body.length);
            out.write(request);
            out.flush();
            String status = line();
            boolean chunked = false;
            int length = 0;
            for (String header = line(); !header.isEmpty(); header = line()) {
                String lower = header.toLowerCase(java.util.Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(15).trim());
                }
                chunked |= lower.startsWith("transfer-encoding: chunked");
            }
            String answer = chunked ? chunks() : new String(in.readNBytes(length), StandardCharsets.UTF_8);
            if (!status.contains(" 200") || answer.contains("\"error\"")) {
                throw new IOException(status + ": " + answer);
            }
        }

        private String chunks() throws IOException {
            StringBuilder text = new StringBuilder();
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                text.append(new String(in.readNBytes(size), StandardCharsets.UTF_8));
                line();
            }
            line();
            return text.toString();
        }

        private int chunkSize() throws IOException {
            return Integer.parseInt(line().trim(), 16);
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("the server closed the connection");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
