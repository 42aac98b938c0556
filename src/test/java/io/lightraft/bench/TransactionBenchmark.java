package io.lightraft.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sessions as with nc, each waiting for every answer. TRANSACTIONS: {@code BEGIN IMMEDIATE}, two UPDATEs, {@code COMMIT},
 * on four lines. LINES: the same on one line. PLAIN: single UPDATEs. PLAIN_BESIDE_READER and PLAIN_BESIDE_BEGUN:
 * these, while another session has a transaction open that has read, or only begun.
 *
 * <p>Usage: {@code TransactionBenchmark WORKLOAD SESSIONS SECONDS HOST:PORT...}; sessions are spread over the addresses.
 */
final class TransactionBenchmark {

    private static final int WARM_UP_SECONDS = 3;
    private static final int ROWS = 1_000;

    enum Workload {
        TRANSACTIONS,
        LINES,
        PLAIN,
        PLAIN_BESIDE_READER,
        PLAIN_BESIDE_BEGUN
    }

    private final LongAdder done = new LongAdder();
    private volatile boolean over;

    public static void main(String[] args) throws Exception {
        Workload workload = Workload.valueOf(args[0].toUpperCase(Locale.ROOT));
        String[] addresses = Arrays.copyOfRange(args, 3, args.length);
        new TransactionBenchmark().run(workload, Integer.parseInt(args[1]), Integer.parseInt(args[2]), addresses);
    }

    private void run(Workload workload, int sessions, int seconds, String[] addresses) throws Exception {
        List<AutoCloseable> idle = new ArrayList<>();
        try (Nc setUp = new Nc(addresses[0])) {
            setUp.ask("CREATE TABLE IF NOT EXISTS tx_bench(id INTEGER PRIMARY KEY, n INTEGER)");
            setUp.ask("INSERT OR IGNORE INTO tx_bench WITH RECURSIVE i(x) AS (VALUES(0) UNION ALL SELECT x + 1 FROM i"
                    + " WHERE x < " + (ROWS - 1) + ") SELECT x, 0 FROM i");
        }
        if (workload == Workload.PLAIN_BESIDE_READER || workload == Workload.PLAIN_BESIDE_BEGUN) {
            Nc open = new Nc(addresses[0]);
            idle.add(open);
            open.ask("BEGIN");
            if (workload == Workload.PLAIN_BESIDE_READER) {
                open.ask("SELECT sum(n) FROM tx_bench");
            }
        }
        CountDownLatch ended = new CountDownLatch(sessions);
        for (int i = 0; i < sessions; i++) {
            int session = i;
            new Thread(() -> {
                        try (Nc nc = new Nc(addresses[session % addresses.length])) {
                            for (int n = session; !over; n += 7) {
                                once(workload, nc, n % ROWS);
                                done.increment();
                            }
                        } catch (IOException e) {
                            System.err.println("session " + session + " gave up: " + e.getMessage());
                        } finally {
                            ended.countDown();
                        }
                    })
                    .start();
        }
        TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
        long before = done.sum();
        long startNanos = System.nanoTime();
        TimeUnit.SECONDS.sleep(seconds);
        double perSecond = (done.sum() - before) / ((System.nanoTime() - startNanos) / 1e9);
        over = true;
        ended.await();
        for (AutoCloseable each : idle) {
            each.close();
        }
        System.out.printf(
                Locale.ROOT,
                "%s sessions=%d per second=%.0f mean=%.2f ms%n",
                workload,
                sessions,
                perSecond,
                sessions * 1e3 / perSecond);
    }

    private static void once(Workload workload, Nc nc, int row) throws IOException {
        String take = "UPDATE tx_bench SET n = n - 1 WHERE id = " + row;
        String give = "UPDATE tx_bench SET n = n + 1 WHERE id = " + (row + 1) % ROWS;
        switch (workload) {
            case TRANSACTIONS -> {
                nc.ask("BEGIN IMMEDIATE");
                nc.ask(take);
                nc.ask(give);
                nc.ask("COMMIT");
            }
            case LINES -> nc.ask("BEGIN; " + take + "; " + give + "; COMMIT");
            default -> nc.ask(give);
        }
    }

    private static final class Nc implements AutoCloseable {

        private final Socket socket;
        private final InputStream in;

        Nc(String address) throws IOException {
            int colon = address.lastIndexOf(':');
            socket = new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            answer();
        }

        void ask(String line) throws IOException {
            socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
            String answer = answer();
            if (answer.contains("Error")) {
                throw new IOException(line + ": " + answer);
            }
        }

        private String answer() throws IOException {
            StringBuilder text = new StringBuilder();
            while (true) {
                int b = in.read();
                if (b < 0) {
                    throw new IOException("the session ended: " + text);
                }
                text.append((char) b);
                if (b == ' ' && (endsWith(text, "\nlightraft=# ") || endsWith(text, "\nlightraft=*# "))) {
                    return text.toString();
                }
            }
        }

        private static boolean endsWith(StringBuilder text, String end) {
            int at = text.length() - end.length();
            return at >= 0 && text.substring(at).equals(end);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
