package io.lightraft.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotTransferTests {

    private static final Message.InstallSnapshot MESSAGE = new Message.InstallSnapshot(
            1, 2, 7, new Snapshot(new SnapshotMetadata(ConfState.ofVoters(List.of(1L, 2L)), 41, 6), new byte[0]));

    @TempDir
    Path directory;

    private final FrameCodec codec = new FrameCodec(1 << 20);
    private TestNode leader;
    private TestNode follower;
    private byte[] content;
    private Path file;

    @BeforeEach
    void start() throws Exception {
        leader = TestNode.create(1, directory);
        follower = TestNode.create(2, directory);
        TestNode.connect(leader, follower);
        content = new byte[(3 << 20) + 12_345];
        new Random(1).nextBytes(content);
        file = Files.write(directory.resolve("snapshot"), content);
    }

    @AfterEach
    void close() throws Exception {
        leader.close();
        follower.close();
    }

    @Test
    void aFileArrivesWithItsMessage() throws IOException {
        leader.transport.snapshotSender().send(2, MESSAGE, file);
        assertThat(follower.snapshots.get(0).snapshot().metadata())
                .isEqualTo(MESSAGE.snapshot().metadata());
        assertThat(follower.snapshotFiles.get(0)).isEqualTo(content);
    }

    @Test
    void whatArrivedBeforeIsNotSentAgain() throws Exception {
        byte[] start = Arrays.copyOf(content, 2 << 20);
        assertThat(post(head(0, start), start).headers().firstValue(SnapshotHead.HAVE))
                .contains(Integer.toString(start.length));
        // A part that comes twice, and one that leaves a gap, change nothing.
        assertThat(post(head(0, start), start).headers().firstValue(SnapshotHead.HAVE))
                .contains(Integer.toString(start.length));
        assertThat(post(head(3 << 20, start), start).headers().firstValue(SnapshotHead.HAVE))
                .contains(Integer.toString(start.length));
        leader.transport.snapshotSender().send(2, MESSAGE, file);
        assertThat(follower.snapshotFiles).hasSize(1);
        assertThat(follower.snapshotFiles.get(0)).isEqualTo(content);
    }

    @Test
    void aTransferThatIsCutOffGoesOnWhereItEndedOverOneConnection() throws Exception {
        int partBytes = 1 << 20;
        try (CuttingProxy proxy = new CuttingProxy(follower.port())) {
            leader.transport.setPeers(List.of(leader.peer(), new Peer(2, "127.0.0.1", proxy.port())));
            SnapshotSender sender = leader.transport.snapshotSender();
            proxy.cutAfter(2 * partBytes + partBytes / 2);
            assertThatThrownBy(() -> sender.send(2, MESSAGE, file)).isInstanceOf(IOException.class);
            assertThat(follower.snapshots).isEmpty();

            proxy.cutAfter(Long.MAX_VALUE);
            sender.send(2, MESSAGE, file);
            assertThat(follower.snapshotFiles.get(0)).isEqualTo(content);
            // Two parts had arrived; the streams of the same peer go through here as well, with a little.
            assertThat(proxy.bytes())
                    .isBetween((long) content.length - 2 * partBytes, content.length - 2L * partBytes + 100_000);
            assertThat(proxy.connectionsWith(1 << 16)).isEqualTo(1);
        }
    }

    @Test
    void anotherSnapshotBeginsAnew() throws Exception {
        byte[] other = new byte[1000];
        SnapshotHead head = new SnapshotHead(TestNode.CLUSTER, MESSAGE, 5000, 17, 0, crc(other));
        assertThat(post(head, other).statusCode()).isEqualTo(200);
        leader.transport.snapshotSender().send(2, MESSAGE, file);
        assertThat(follower.snapshotFiles.get(0)).isEqualTo(content);
    }

    @Test
    void aDamagedPartIsRefusedAndSentAgain() throws Exception {
        byte[] start = Arrays.copyOf(content, 1000);
        SnapshotHead head = head(0, start);
        start[500]++;
        assertThat(post(head, start).statusCode()).isEqualTo(400);
        leader.transport.snapshotSender().send(2, MESSAGE, file);
        assertThat(follower.snapshotFiles.get(0)).isEqualTo(content);
    }

    @Test
    void aDamagedFileIsThrownAwayAndBegunAnew() throws Exception {
        byte[] whole = content.clone();
        whole[99]++;
        SnapshotHead head = new SnapshotHead(TestNode.CLUSTER, MESSAGE, whole.length, crc(content), 0, crc(whole));
        HttpResponse<String> answer = post(head, whole);
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("its checksum is wrong");
        assertThat(follower.snapshots).isEmpty();
        leader.transport.snapshotSender().send(2, MESSAGE, file);
        assertThat(follower.snapshotFiles.get(0)).isEqualTo(content);
    }

    @Test
    void whoIsNoPeerOfThisClusterIsRefused() throws Exception {
        SnapshotHead foreign = new SnapshotHead("other", MESSAGE, 10, 0, 0, 0);
        assertThat(post(foreign, new byte[0]).statusCode()).isEqualTo(409);
        Map<String, String> newer = head(0, new byte[0]).toHeaders(codec);
        newer.put("Lightraft-Snapshot-Format", "2");
        HttpResponse<String> answer = post(newer, new byte[0]);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("start the newer release here");
    }

    @Test
    void theSenderHearsOfARefusalAndOfADeadReceiver() throws Exception {
        Message.InstallSnapshot stray = new Message.InstallSnapshot(3, 2, 7, MESSAGE.snapshot());
        SnapshotSender sender = leader.transport.snapshotSender();
        assertThatThrownBy(() -> sender.send(2, stray, file)).hasMessageContaining("node 2 is no member");
        follower.die();
        assertThatThrownBy(() -> sender.send(2, MESSAGE, file)).isInstanceOf(IOException.class);
    }

    @Test
    void whatChangedOnTheReceiversDiskIsThrownAwayAndBegunAnew() throws Exception {
        byte[] start = Arrays.copyOf(content, 2 << 20);
        post(head(0, start), start);
        Path staged = follower.staging(MESSAGE);
        byte[] changed = Files.readAllBytes(staged);
        changed[4711]++;
        Files.write(staged, changed);
        SnapshotSender sender = leader.transport.snapshotSender();
        assertThatThrownBy(() -> sender.send(2, MESSAGE, file)).hasMessageContaining("its checksum is wrong");
        assertThat(follower.snapshots).isEmpty();
        sender.send(2, MESSAGE, file);
        assertThat(follower.snapshotFiles.get(0)).isEqualTo(content);
    }

    @Test
    void aReceiverThatLostItsPartIsSentTheWholeAgain() throws Exception {
        byte[] start = Arrays.copyOf(content, 2 << 20);
        post(head(0, start), start);
        Files.delete(follower.staging(MESSAGE));
        byte[] next = Arrays.copyOfRange(content, 2 << 20, 3 << 20);
        assertThat(post(head(2 << 20, next), next).headers().firstValue(SnapshotHead.HAVE))
                .contains("0");
        leader.transport.snapshotSender().send(2, MESSAGE, file);
        assertThat(follower.snapshotFiles.get(0)).isEqualTo(content);
    }

    @Test
    void aLeaderOfAnOlderTermDoesNotDisturbTheNewerOnesSnapshot() throws Exception {
        byte[] start = Arrays.copyOf(content, 1000);
        post(head(0, start), start);
        Message.InstallSnapshot older = new Message.InstallSnapshot(1, 2, 6, MESSAGE.snapshot());
        HttpResponse<String> answer = post(new SnapshotHead(TestNode.CLUSTER, older, 5000, 17, 0, crc(start)), start);
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(post(head(0, new byte[0]), new byte[0]).headers().firstValue(SnapshotHead.HAVE))
                .contains("1000");
    }

    @Test
    void aSnapshotWithoutRoomOrContentIsRefusedBeforeItIsSent() throws Exception {
        HttpResponse<String> large =
                post(new SnapshotHead(TestNode.CLUSTER, MESSAGE, Long.MAX_VALUE, 0, 0, 0), new byte[0]);
        assertThat(large.statusCode()).isEqualTo(507);
        assertThat(large.body()).contains("make room there");
        assertThat(post(new SnapshotHead(TestNode.CLUSTER, MESSAGE, 0, 0, 0, 0), new byte[0])
                        .statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"0,it loses what it gets", "-5,claims -5", "9999999,claims 9999999", "x,makes no sense"})
    void theSenderGivesUpOnAReceiverThatMakesNoSense(String have, String message) throws Exception {
        HttpServer stub = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        stub.createContext(SnapshotHead.PATH, exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add(SnapshotHead.HAVE, have);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        stub.start();
        try {
            leader.transport.setPeers(List.of(
                    leader.peer(), new Peer(2, "127.0.0.1", stub.getAddress().getPort())));
            assertThatThrownBy(() -> leader.transport.snapshotSender().send(2, MESSAGE, file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(message);
        } finally {
            stub.stop(0);
        }
    }

    private SnapshotHead head(long offset, byte[] part) {
        return new SnapshotHead(TestNode.CLUSTER, MESSAGE, content.length, crc(content), offset, crc(part));
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private HttpResponse<String> post(SnapshotHead head, byte[] part) throws Exception {
        return post(head.toHeaders(codec), part);
    }

    private HttpResponse<String> post(Map<String, String> headers, byte[] part) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + follower.port() + "/raft/snapshot"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(part));
        headers.forEach(request::header);
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
