package io.lightraft.server.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import io.lightraft.sql.ResultSink;
import io.lightraft.sql.Session;
import io.lightraft.sql.Statement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class ListenerLifecycleTests extends ListenerTestSupport {

    /** Statements that take until {@link #finish} is counted down. */
    private final class SlowEngine extends SqliteFileEngine {

        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch finish = new CountDownLatch(1);
        final CountDownLatch finished = new CountDownLatch(1);
        volatile String node = "";

        SlowEngine() {
            super(directory);
        }

        @Override
        public void run(Session session, Statement statement, ReadOptions options, ResultSink sink) throws IOException {
            node = String.valueOf(MDC.get("node"));
            started.countDown();
            try {
                finish.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            try {
                super.run(session, statement, options, sink);
            } finally {
                finished.countDown();
            }
        }
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        int port = listen().port();
        QueryListener second =
                new QueryListener("127.0.0.1", port, new SqliteFileEngine(directory), () -> STATUS, OPTIONS);
        assertThatThrownBy(second::start)
                .isInstanceOf(BindException.class)
                .hasMessage("port " + port + " on 127.0.0.1 is in use. Stop the process that has it, or change"
                        + " clientBindPort.");
        second.stop();
    }

    @Test
    void anAddressOfAnotherMachineIsNamed() throws IOException {
        QueryListener listener =
                new QueryListener("192.0.2.1", 0, new SqliteFileEngine(directory), () -> STATUS, OPTIONS);
        assertThatThrownBy(listener::start)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("192.0.2.1")
                .hasMessageContaining("clientBindAddress");
        listener.stop();
    }

    @Test
    void stoppingEndsIdleSessionsAtOnceAndTellsThem() throws IOException {
        QueryListener listener = listen();
        try (NcClient client = NcClient.connect(listener.port())) {
            client.send("INSERT INTO half");
            listener.stop();
            assertThat(client.readToEnd())
                    .isEqualTo("\n" + error("this node is shutting down. Connect to another one."));
        }
        assertThatThrownBy(() -> NcClient.dial(listener.port())).isInstanceOf(IOException.class);
    }

    /** Several times: the kernel keeps a port open for as long as a thread is in a call that accepts. */
    @RepeatedTest(25)
    void onceStoppedNobodyCanConnect() throws IOException {
        QueryListener listener = listen();
        NcClient.connect(listener.port()).close();
        listener.stop();
        assertThatThrownBy(() -> NcClient.dial(listener.port())).isInstanceOf(ConnectException.class);
    }

    @Test
    void stoppingLetsARunningStatementFinishAndStartsNoOther() throws IOException {
        SlowEngine engine = new SlowEngine();
        QueryListener listener = listen(engine, OPTIONS);
        try (NcClient client = NcClient.connect(listener.port())) {
            client.send("SELECT 1 AS a; SELECT 2 AS a\nSELECT 3 AS a\n");
            await().until(() -> engine.started.getCount() == 0);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> stop(listener));
            int port = listener.port();
            await().untilAsserted(
                            () -> assertThatThrownBy(() -> NcClient.dial(port)).isInstanceOf(ConnectException.class));
            assertThat(stopped).isNotDone();
            engine.finish.countDown();
            assertThat(client.readToEnd())
                    .isEqualTo("+---+\n| a |\n+---+\n| 1 |\n+---+\n\n"
                            + error("this node is shutting down. Connect to another one."));
            await().until(stopped::isDone);
        }
    }

    @Test
    void stoppingClosesTheConnectionOfAStatementThatTakesLongerThanTheGrace() throws IOException {
        SlowEngine engine = new SlowEngine();
        QueryListenerOptions options = new QueryListenerOptions(10_000, 600, 500, ReadLevel.NONE, 10_000, 100);
        QueryListener listener = listen(engine, options);
        try (NcClient client = NcClient.connect(listener.port())) {
            client.send("SELECT 1\n");
            await().until(() -> engine.started.getCount() == 0);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> stop(listener));
            await().atMost(Duration.ofSeconds(5)).until(stopped::isDone);
            assertThat(client.readToEnd()).isEmpty();
        } finally {
            engine.finish.countDown();
            // The statement still has to leave its file before the file can go.
            await().until(() -> engine.finished.getCount() == 0);
        }
    }

    @Test
    void statementsRunUnderTheNodesIndexInTheLog() throws IOException {
        SlowEngine engine = new SlowEngine();
        engine.finish.countDown();
        try (NcClient client = NcClient.connect(listen(engine, OPTIONS).port())) {
            client.ask("SELECT 1");
            assertThat(engine.node).isEqualTo("1");
        }
    }

    private static void stop(QueryListener listener) {
        try {
            listener.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
