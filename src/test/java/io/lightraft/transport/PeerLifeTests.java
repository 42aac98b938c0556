package io.lightraft.transport;

import static io.lightraft.transport.TestNode.heartbeat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that come, go, come back, refuse or fall silent. */
class PeerLifeTests {

    @TempDir
    Path directory;

    private TestNode one;
    private TestNode two;

    @BeforeEach
    void create() throws Exception {
        one = TestNode.create(1, directory);
        two = TestNode.create(2, directory);
    }

    @AfterEach
    void close() throws Exception {
        one.close();
        two.close();
    }

    @Test
    void aDeadPeerIsToldOfOnce() throws Exception {
        connectBoth();
        two.die();
        await().atMost(Duration.ofSeconds(2)).until(() -> one.events.contains("dead 2"));
        await().during(Duration.ofMillis(500)).until(() -> one.count("dead 2") == 1);
        assertThat(one.events).contains("unreachable 2");
        // Nothing is told over and over while it is down, one for each lane apart.
        assertThat(one.count("unreachable 2")).isLessThanOrEqualTo(2);
    }

    @Test
    void aPeerThatWasNeverThereIsNotPresumedDead() throws Exception {
        int port = two.port();
        two.die();
        one.start(List.of(one.peer(), new Peer(2, "127.0.0.1", port)));
        await().until(() -> one.count("unreachable 2") == 2);
        await().during(Duration.ofMillis(300)).until(() -> !one.events.contains("dead 2"));
    }

    @Test
    void aRestartedPeerIsFoundAtOnce() throws Exception {
        connectBoth();
        List<Peer> peers = List.of(one.peer(), two.peer());
        int port = two.port();
        two.die();
        await().until(() -> one.events.contains("dead 2"));
        int before = one.events.size();
        two = TestNode.create(TestNode.config(2), port, directory);
        long start = System.nanoTime();
        two.start(peers);
        await().pollInterval(Duration.ofMillis(2))
                .until(() -> one.events.stream()
                                .skip(before)
                                .filter("connected 2"::equals)
                                .count()
                        == 2);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(500));
        assertThat(one.events.get(before)).isEqualTo("unreachable 2");
        one.transport.send(2, heartbeat(1, 2, 1));
        two.transport.send(1, heartbeat(2, 1, 1));
        await().until(() -> two.received.size() == 1 && one.received.size() == 1);
        two.die();
        await().until(() -> one.count("dead 2") == 2);
    }

    // OkHttp wraps it; the system's words are in the language of the machine.
    @Test
    void aClosedPortIsKnownInEveryLanguage() {
        ConnectException german = new ConnectException("Verbindungsaufbau abgelehnt");
        assertThat(StreamSender.isConnectionRefused(german)).isTrue();
        assertThat(StreamSender.isConnectionRefused(new IOException("Failed to connect", german)))
                .isTrue();
        assertThat(StreamSender.isConnectionRefused(new SocketTimeoutException("connect timed out")))
                .isFalse();
        assertThat(StreamSender.isConnectionRefused(new NoRouteToHostException("refused")))
                .isFalse();
    }

    @Test
    void aRefusalIsSeenAtOnceAndEndsWithItsCause() throws Exception {
        two.close();
        TransportConfig other = TransportConfig.of("other", 2, List.of(), "1.0", UUID.randomUUID(), 1000);
        two = TestNode.create(other, 0, directory);
        List<Peer> peers = List.of(one.peer(), two.peer());
        two.start(peers);
        one.start(peers);
        await().atMost(Duration.ofSeconds(1)).until(() -> one.count("unreachable 2") == 2);
        int port = two.port();
        two.close();
        two = TestNode.create(TestNode.config(2), port, directory);
        two.start(peers);
        await().until(() -> one.count("connected 2") == 2);
        assertThat(two.received).isEmpty();
    }

    // Its socket still takes what is written, so that nothing is heard is all there is to notice.
    @Test
    void aPeerThatIsNotHeardIsConnectedAnew() throws Exception {
        try (DumbPeer dumb = new DumbPeer("HTTP/1.1 100 Continue\r\n\r\n")) {
            one.start(List.of(one.peer(), new Peer(2, "127.0.0.1", dumb.port())));
            await().atMost(Duration.ofSeconds(3)).until(() -> one.count("connected 2") == 4);
            assertThat(one.count("unreachable 2")).isEqualTo(4);
            // Less often each time, as new streams do not help a peer that can't reach us.
            await().during(Duration.ofMillis(1200)).until(() -> one.count("connected 2") == 4);
        }
    }

    // A stopped process: the kernel takes the connection and the head, and nobody answers.
    @Test
    void aPeerThatDoesNotAnswerTheHeadIsNoConnectedPeer() throws Exception {
        try (DumbPeer dumb = new DumbPeer("")) {
            one.start(List.of(one.peer(), new Peer(2, "127.0.0.1", dumb.port())));
            await().atMost(Duration.ofSeconds(3)).until(() -> one.count("unreachable 2") == 2);
            await().during(Duration.ofMillis(1500)).until(() -> one.events.size() == 2);
        }
    }

    // Tomcat says it of a stream whose keep-alives came while its process was frozen.
    @Test
    void aPeerThatWaitedInVainIsConnectedAnewAtOnce() throws Exception {
        try (DumbPeer dumb = new DumbPeer("HTTP/1.1 408 \r\nContent-Length: 0\r\n\r\n")) {
            one.start(List.of(one.peer(), new Peer(2, "127.0.0.1", dumb.port())));
            // Both lanes, every 100 ms at the latest; a second apart if it were a refusal.
            await().atMost(Duration.ofSeconds(10)).until(() -> dumb.sockets.size() > 40);
        }
    }

    /** Takes every connection, says one thing, and reads for ever. */
    private static final class DumbPeer implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();

        DumbPeer(String greeting) throws IOException {
            inThread(() -> {
                while (true) {
                    Socket socket = server.accept();
                    sockets.add(socket);
                    socket.getOutputStream().write(greeting.getBytes(StandardCharsets.US_ASCII));
                    inThread(() -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()));
                }
            });
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }

        private interface Action {
            void run() throws IOException;
        }

        private static void inThread(Action action) {
            Thread thread = new Thread(() -> {
                try {
                    action.run();
                } catch (IOException closed) {
                    // The test is over, or the transport has ended the stream.
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void connectBoth() {
        TestNode.connect(one, two);
        await().until(() -> one.count("connected 2") == 2 && two.count("connected 1") == 2);
        one.events.clear();
        two.events.clear();
    }
}
