package io.lightraft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RaftStreamServletTests {

    private static final UUID RUN_1 = new UUID(0, 1);
    private static final UUID RUN_2 = new UUID(0, 2);
    /** A peer of whom only these tests' raw streams come. */
    private static final Peer SENDER = new Peer(1, "127.0.0.1", 1);

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        TransportConfig config = TestNode.withLimits(TestNode.config(2), 100, 1 << 20, 100_000);
        node = TestNode.create(config, 0, directory);
        node.start(List.of(SENDER));
    }

    @AfterEach
    void close() throws Exception {
        node.close();
    }

    @Test
    void takesAStreamAndHandsItsLinesOn() throws IOException {
        try (RawStream stream = open(1, RUN_1)) {
            assertThat(stream.status()).isEqualTo(100);
            stream.chunk(heartbeat(1) + "\n\n\n" + heartbeat(2) + "\n" + heartbeat(3));
            await().until(() -> node.received.size() == 2);
            stream.chunk("\n");
            await().until(() -> node.received.size() == 3);
        }
        assertThat(node.received.stream().map(TestNode::numberOf)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void refusesAStreamOfAnotherCluster() throws IOException {
        StreamHead head = new StreamHead("öther", 1, 2, Lane.BULK, 1, RUN_1, "1.0");
        assertThat(refusal(head, 409)).contains("belongs to the cluster 'test', the sender to '");
    }

    @Test
    void refusesAStreamForAnotherNode() throws IOException {
        assertThat(refusal(RawStream.head(1, 3, 1, RUN_1), 409))
                .contains("this is node 1, but the sender wants node 2");
    }

    @Test
    void refusesAnUnknownSenderAndItself() throws IOException {
        assertThat(refusal(RawStream.head(7, 2, 1, RUN_1), 410)).contains("node 6 is no member");
        assertThat(refusal(RawStream.head(2, 2, 1, RUN_1), 410)).contains("node 1 is no member");
    }

    @Test
    void refusesAnotherVersionOfTheProtocol() throws IOException {
        try (RawStream stream = new RawStream(node.port())) {
            stream.write("POST /raft/stream HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nLightraft-Protocol: 2\r\n\r\n");
            assertThat(stream.status()).isEqualTo(400);
            assertThat(stream.rest()).contains("speaks version 1 of the protocol between nodes, the sender 2");
        }
    }

    @Test
    void refusesASenderWhoseDataAreFromBeforeARecovery() throws IOException {
        StreamHead head = RawStream.head(1, 2, 1, RUN_1);
        node.lineage = "5cdb2b5e-4f3c-4b0f-8d0c-2f9f5a8a4f11";
        try (RawStream stream = RawStream.open(node.port(), head, Lineage.ORIGINAL)) {
            assertThat(stream.status()).isEqualTo(409);
            assertThat(stream.rest())
                    .contains("this node and node 0 are on different sides of that")
                    .contains("lineages 5cdb2b5e-4f3c-4b0f-8d0c-2f9f5a8a4f11 and original");
        }
        try (RawStream stream = RawStream.open(node.port(), head, "<h1>")) {
            assertThat(stream.status()).isEqualTo(400);
        }
        try (RawStream stream = RawStream.open(node.port(), head, Lineage.NONE)) {
            assertThat(stream.status()).isEqualTo(100);
        }
    }

    @Test
    void aNodeThatGetsItsFirstDataTakesNothingMoreFromOthersThanTheirOwners() throws IOException {
        node.lineage = Lineage.NONE;
        try (RawStream stream = open(1, RUN_1)) {
            assertThat(stream.status()).isEqualTo(100);
            stream.chunk(heartbeat(1) + "\n");
            await().until(() -> node.received.size() == 1);
            node.lineage = "5cdb2b5e-4f3c-4b0f-8d0c-2f9f5a8a4f11";
            stream.chunk(heartbeat(2) + "\n");
            assertThat(stream.status()).isEqualTo(409);
        }
        assertThat(node.received).hasSize(1);
    }

    @Test
    void refusesWhileTheNodeIsNotStarted() throws Exception {
        try (TestNode starting = TestNode.create(2, directory);
                RawStream stream = RawStream.open(starting.port(), RawStream.head(1, 2, 1, RUN_1))) {
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.rest()).contains("starting");
        }
    }

    // A receiver that was stopped finds both streams in its sockets when it goes on.
    @Test
    void aNewerStreamSilencesTheOlderOne() throws IOException {
        try (RawStream older = open(1, RUN_1)) {
            assertThat(older.status()).isEqualTo(100);
            older.chunk(heartbeat(1) + "\n");
            await().until(() -> node.received.size() == 1);
            try (RawStream newer = open(2, RUN_1)) {
                assertThat(newer.status()).isEqualTo(100);
                older.chunk(heartbeat(2) + "\n");
                assertThat(older.status()).isEqualTo(409);
                newer.chunk(heartbeat(3) + "\n");
                await().until(() -> node.received.size() == 2);
            }
        }
        assertThat(node.received.stream().map(TestNode::numberOf)).containsExactly(1L, 3L);
    }

    @Test
    void anOlderStreamThatComesLateIsRefusedWithoutAWarning(CapturedOutput log) throws IOException {
        try (RawStream newer = open(2, RUN_1)) {
            assertThat(newer.status()).isEqualTo(100);
        }
        assertThat(refusal(RawStream.head(1, 2, 2, RUN_1), 409)).contains("a newer stream of this lane");
        assertThat(refusal(RawStream.head(1, 2, 1, RUN_1), 409)).contains("a newer stream of this lane");
        assertThat(log).doesNotContain("WARN");
    }

    @Test
    void theStreamsOfAnotherRunOfTheProcessEndOnBothLanes() throws IOException {
        try (RawStream olderControl = open(1, RUN_1)) {
            assertThat(olderControl.status()).isEqualTo(100);
            StreamHead bulk = new StreamHead(TestNode.CLUSTER, 1, 2, Lane.BULK, 2, RUN_2, "1.0");
            try (RawStream newerBulk = RawStream.open(node.port(), bulk)) {
                assertThat(newerBulk.status()).isEqualTo(100);
                olderControl.chunk(heartbeat(1) + "\n");
                assertThat(olderControl.status()).isEqualTo(409);
            }
        }
        assertThat(node.received).isEmpty();
    }

    @Test
    void anOlderProcessOfTheSameIndexIsRefusedWhileTheNewerLivesAndTakenWhenItIsGone() throws IOException {
        try (RawStream newer = open(10, RUN_2)) {
            assertThat(newer.status()).isEqualTo(100);
            assertThat(refusal(RawStream.head(1, 2, 5, RUN_1), 409)).contains("another process that was started later");
        }
        // As after a restart on a machine whose clock was set back.
        await().untilAsserted(() -> {
            try (RawStream older = open(5, RUN_1)) {
                assertThat(older.status()).isEqualTo(100);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "{\"t\":\"now\"}", "{\"t\":\"now\",\"f\":1,\"d\":9,\"m\":1}", "[[[[[[[[[[[[["})
    void aLineThatIsNoFrameForThisNodeEndsTheStreamOnly(String line) throws IOException {
        try (RawStream stream = open(1, RUN_1)) {
            assertThat(stream.status()).isEqualTo(100);
            stream.chunk(line + "\n" + heartbeat(1) + "\n");
            assertThat(stream.status()).isEqualTo(400);
        }
        assertThat(node.received).isEmpty();
        // It was this node that ended the stream, so that proves nothing about the peer.
        assertThat(node.events).doesNotContain("dead 1");
        assertHealthy();
    }

    @Test
    void anEndlessLineEndsTheStreamOnly() throws IOException {
        try (RawStream stream = open(1, RUN_1)) {
            assertThat(stream.status()).isEqualTo(100);
            try {
                for (int i = 0; i < 10_000; i++) {
                    stream.chunk("x".repeat(1000));
                }
                throw new AssertionError("ten megabytes without a line's end were taken");
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        }
        assertHealthy();
    }

    @Test
    void scannersAndBrowsersDoNoHarm() throws IOException {
        new Socket("127.0.0.1", node.port()).close();
        byte[] noise = new byte[100_000];
        new Random(3).nextBytes(noise);
        try (Socket socket = new Socket("127.0.0.1", node.port())) {
            socket.getOutputStream().write(noise);
        } catch (IOException closedByServer) {
            assertThat(closedByServer).isNotNull();
        }
        assertThat(request("GET /raft/stream HTTP/1.1")).isEqualTo(405);
        assertThat(request("POST /raft/stream HTTP/1.1")).isEqualTo(400);
        assertThat(request("GET / HTTP/1.1")).isEqualTo(404);
        assertHealthy();
    }

    @Test
    void theRpcPortLeadsToRaftOnly() throws IOException {
        assertThat(request("GET /hello HTTP/1.1")).isEqualTo(404);
        assertThat(request("GET /raft/../hello HTTP/1.1")).isEqualTo(404);
        assertThat(request("POST /raft;x=1/stream HTTP/1.1")).isEqualTo(400);
    }

    @Test
    void aHandlerThatFailsEndsTheStreamOnly() throws IOException {
        node.onFrame(frame -> {
            throw new IllegalStateException("a bug");
        });
        try (RawStream stream = open(1, RUN_1)) {
            assertThat(stream.status()).isEqualTo(100);
            stream.chunk(heartbeat(1) + "\n");
            // Quietly: no error page with a stack trace.
            assertThat(stream.rest()).doesNotContain("IllegalStateException");
        }
        node.onFrame(frame -> {});
        assertHealthy();
    }

    private void assertHealthy() throws IOException {
        int before = node.received.size();
        try (RawStream stream = open(1_000_000, RUN_1)) {
            assertThat(stream.status()).isEqualTo(100);
            stream.chunk(heartbeat(99) + "\n");
            await().until(() -> node.received.size() == before + 1);
        }
    }

    private RawStream open(long epoch, UUID incarnation) throws IOException {
        return RawStream.open(node.port(), RawStream.head(1, 2, epoch, incarnation));
    }

    private String refusal(StreamHead head, int status) throws IOException {
        try (RawStream stream = RawStream.open(node.port(), head)) {
            assertThat(stream.status()).isEqualTo(status);
            return stream.rest();
        }
    }

    private int request(String line) throws IOException {
        try (RawStream stream = new RawStream(node.port())) {
            stream.write(line + "\r\nHost: x\r\nConnection: close\r\n\r\n");
            return stream.status();
        }
    }

    private static String heartbeat(long number) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new FrameCodec(1000).encode(TestNode.heartbeat(1, 2, number), out);
        return out.toString(StandardCharsets.US_ASCII).strip();
    }
}
