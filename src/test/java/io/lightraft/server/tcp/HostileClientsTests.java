package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.sql.Column;
import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.Statement;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever a client sends, or doesn't read, the others notice nothing (BUG-CLASSES 19). */
class HostileClientsTests extends ListenerTestSupport {

    private static final String ENDLESS_ROWS = "SELECT 1";

    /** Rows without end, for as long as somebody takes them. */
    private final class EndlessEngine extends SqliteFileEngine {

        final AtomicLong rows = new AtomicLong();
        final AtomicReference<IOException> end = new AtomicReference<>();

        EndlessEngine() {
            super(directory);
        }

        @Override
        public void run(Session session, Statement statement, ReadOptions options, ResultSink sink) throws IOException {
            if (!statement.sql().equals(ENDLESS_ROWS)) {
                super.run(session, statement, options, sink);
                return;
            }
            sink.columns(List.of(new Column("a", null)));
            try {
                while (true) {
                    sink.row(new Object[] {rows.incrementAndGet()});
                }
            } catch (IOException e) {
                end.set(e);
                throw e;
            }
        }
    }

    @Test
    void anEndlessLineIsCutOffWithAMessage() throws IOException {
        QueryListener listener = listen();
        try (NcClient client = NcClient.connect(listener.port())) {
            client.send("x".repeat(10_001));
            assertThat(client.readToEnd())
                    .isEqualTo("\n"
                            + error("the line is longer than 10000 bytes. Nothing of it was run."
                                    + " The session ends."));
        }
        try (NcClient other = NcClient.connect(listener.port())) {
            assertThat(other.ask("SELECT 1 AS a")).contains("| 1 |");
        }
    }

    @Test
    void aClientThatGoesOnSendingAfterTheCutStillReadsTheMessageAndIsLetGo() throws IOException {
        try (NcClient client = connect()) {
            client.send("x".repeat(1_000_000));
            assertThat(client.readToEnd()).contains("the line is longer than 10000 bytes.");
        }
    }

    @Test
    void aClientThatNeverReadsLosesItsSessionAndNobodyElseNotices() throws IOException {
        EndlessEngine engine = new EndlessEngine();
        QueryListener listener = listen(engine, OPTIONS);
        try (NcClient deaf = NcClient.dial(listener.port());
                NcClient other = NcClient.connect(listener.port())) {
            deaf.send(ENDLESS_ROWS + "\n");
            await().until(() -> engine.rows.get() > 1000);
            while (engine.end.get() == null) {
                assertThat(other.ask("SELECT 2 AS a")).contains("| 2 |");
            }
            assertThat(engine.end.get()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aClientThatReadsSlowlyKeepsItsSession() throws IOException {
        QueryListener listener = listen();
        try (NcClient client = NcClient.connect(listener.port())) {
            // More than the sockets' buffers hold, so that the server has to wait for this client.
            client.send("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)"
                    + " SELECT hex(zeroblob(100000)) FROM n;\n.quit\n");
            byte[] sip = new byte[1 << 20];
            AtomicLong read = new AtomicLong();
            long begun = System.nanoTime();
            await().pollInterval(Duration.ofMillis(50))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        int length = client.socket.getInputStream().read(sip);
                        read.addAndGet(Math.max(0, length));
                        return length < 0;
                    });
            assertThat(read.get()).isGreaterThan(12_000_000);
            assertThat(System.nanoTime() - begun)
                    .isGreaterThan(Duration.ofMillis(500).toNanos());
        }
    }

    @Test
    void aClientThatLeavesInMidQueryEndsTheQuery() throws IOException {
        EndlessEngine engine = new EndlessEngine();
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            client.send(ENDLESS_ROWS + "\n");
            client.readUntil("| 500 |\n");
        }
        await().until(() -> engine.end.get() != null);
    }

    @Test
    void badBytesSpoilTheirLineOnly() throws IOException {
        try (NcClient client = connect()) {
            client.ask("CREATE TABLE t (a)");
            client.send(new byte[] {'S', 'E', (byte) 0xE9, '\n'});
            assertThat(client.readUntil(NcClient.PROMPT))
                    .isEqualTo(error("not UTF-8: byte 0xE9 at position 3. Nothing of it was run."));
            assertThat(client.ask("INSERT INTO t VALUES (1)\0; DELETE FROM t"))
                    .isEqualTo(error("a NUL character at position 25. Nothing of it was run."));
            // What telnet sends for an interrupt: IAC IP IAC DO TIMING-MARK.
            client.send(new byte[] {(byte) 0xFF, (byte) 0xF4, (byte) 0xFF, (byte) 0xFD, 6, '\r', '\n'});
            assertThat(client.readUntil(NcClient.PROMPT)).contains("not UTF-8: byte 0xFF at position 1");
            assertThat(client.ask("SELECT count(*) AS n FROM t")).contains("| 0 |");
        }
    }

    @Test
    void anotherProtocolGetsErrorsAndNoHarm() throws IOException {
        try (NcClient client = connect()) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n.quit\n");
            assertThat(client.readToEnd()).contains("near \"GET\": syntax error");
        }
    }

    @Test
    void aHundredThousandRowsPassThroughWithoutBeingHeld() throws IOException {
        long rows = 100_000;
        AtomicLong mostUsed = new AtomicLong();
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        long before = runtime.totalMemory() - runtime.freeMemory();
        SqliteFileEngine engine = new SqliteFileEngine(directory) {
            @Override
            public void run(Session session, Statement statement, ReadOptions options, ResultSink sink)
                    throws IOException {
                super.run(session, statement, options, new ForwardingSink(sink) {
                    private long seen;

                    @Override
                    public void row(@Nullable Object[] values) throws IOException {
                        super.row(values);
                        if (++seen == rows) {
                            // Everything that is still held now is held by the session.
                            System.gc();
                            mostUsed.set(runtime.totalMemory() - runtime.freeMemory());
                        }
                    }
                });
            }
        };
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            client.send("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + rows + ")"
                    + " SELECT i, printf('%0500d', i) AS padded FROM n\n.quit\n");
            assertThat(client.skipToEnd()).isGreaterThan(rows * 500);
        }
        assertThat(mostUsed.get() - before).isLessThan(10_000_000);
    }

    @Test
    void fiveHundredSessionsAtOnceAllAreServed() throws IOException {
        QueryListener listener = listen();
        List<NcClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                clients.add(NcClient.connect(listener.port()));
            }
            for (int i = 0; i < 500; i++) {
                clients.get(i).send("SELECT 'mine is " + i + "' AS a\n");
            }
            for (int i = 0; i < 500; i++) {
                assertThat(clients.get(i).readUntil(NcClient.PROMPT)).contains("| mine is " + i + " |");
            }
        } finally {
            for (NcClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void oneSessionTooManyIsRefusedInOneLineUntilThereIsRoom() throws IOException {
        QueryListenerOptions options = new QueryListenerOptions(10_000, 2, 500, ReadLevel.NONE, 10_000, 5_000);
        QueryListener listener = listen(new SqliteFileEngine(directory), options);
        try (NcClient first = NcClient.connect(listener.port())) {
            try (NcClient second = NcClient.connect(listener.port())) {
                try (NcClient third = NcClient.dial(listener.port())) {
                    assertThat(third.readToEnd())
                            .isEqualTo(
                                    error(
                                            "this node has as many sessions as it takes, 2. Try again later, or another node."));
                }
                assertThat(second.ask("SELECT 2 AS a")).contains("| 2 |");
            }
            await().untilAsserted(() -> {
                try (NcClient fourth = NcClient.connect(listener.port())) {
                    assertThat(fourth.ask("SELECT 4 AS a")).contains("| 4 |");
                }
            });
            assertThat(first.ask("SELECT 1 AS a")).contains("| 1 |");
        }
    }

    @Test
    void thousandsOfConnectionsThatDoNothingHarmNobody() throws IOException {
        QueryListenerOptions options = new QueryListenerOptions(10_000, 50, 500, ReadLevel.NONE, 10_000, 5_000);
        QueryListener listener = listen(new SqliteFileEngine(directory), options);
        try (NcClient first = NcClient.connect(listener.port())) {
            List<NcClient> idle = new ArrayList<>();
            try {
                for (int i = 0; i < 3000; i++) {
                    idle.add(NcClient.dial(listener.port()));
                }
                assertThat(first.ask("SELECT 1 AS a")).contains("| 1 |");
            } finally {
                for (NcClient client : idle) {
                    client.close();
                }
            }
            await().untilAsserted(() -> NcClient.connect(listener.port()).close());
        }
    }
}
