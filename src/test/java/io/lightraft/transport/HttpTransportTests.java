package io.lightraft.transport;

import static io.lightraft.transport.TestNode.append;
import static io.lightraft.transport.TestNode.heartbeat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.raft.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpTransportTests {

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

    /** A refusal as unknown is logged as a mistake in somebody's configuration, and costs a second's pause. */
    @Test
    void aPeerThatComesWhileTheTransportStartsIsPutOffAndNotCalledUnknown() throws Exception {
        TransportConfig config =
                TransportConfig.of("test", 1, List.of(new Peer(2, "127.0.0.1", 1)), "test", UUID.randomUUID(), 1000);
        for (int i = 0; i < 200; i++) {
            HttpTransport transport = new HttpTransport(config);
            StreamHead head = new StreamHead("test", 2, 1, Lane.CONTROL, i, UUID.randomUUID(), "test");
            CountDownLatch ready = new CountDownLatch(1);
            Thread starter = new Thread(() -> {
                ready.countDown();
                transport.start(one);
            });
            starter.start();
            ready.await();
            boolean taken = false;
            while (!taken) {
                try {
                    transport.open(head, Lineage.ORIGINAL);
                    taken = true;
                } catch (RefusedException e) {
                    assertThat(e.status()).as(e.reason()).isEqualTo(503);
                }
            }
            starter.join();
            transport.close();
        }
    }

    @Test
    void framesOfALaneArriveInOrder() {
        connectBoth();
        for (long i = 1; i <= 3000; i++) {
            one.transport.send(2, append(1, 2, i, 300));
        }
        await().until(() -> two.received.size() == 3000);
        assertThat(two.received.stream().mapToLong(TestNode::numberOf).toArray())
                .isEqualTo(LongStream.rangeClosed(1, 3000).toArray());
    }

    @Test
    void framesSentWhileTheFirstStreamIsBeingOpenedArrive() {
        TestNode.connect(two, one);
        one.transport.send(2, heartbeat(1, 2, 1));
        await().until(() -> two.received.size() == 1);
        assertThat(one.events).doesNotContain("unreachable 2");
    }

    @Test
    void proposalsVerdictsAndMessagesArriveAsTheyWereSent() {
        connectBoth();
        RandomFrames random = new RandomFrames(42);
        List<Frame> sent = new ArrayList<>();
        for (int kind = 0; kind < random.kinds(); kind++) {
            Frame frame = random.next(kind);
            if (!(frame instanceof Frame.Raft)) {
                sent.add(frame);
                one.transport.send(2, frame);
            }
        }
        sent.add(new Frame.Raft(new Message.TimeoutNow(1, 2, 5)));
        one.transport.send(2, sent.get(sent.size() - 1));
        await().until(() -> two.received.size() == sent.size());
        assertThat(two.received)
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void anEntryOfSeveralMegabytesArrives() {
        connectBoth();
        Frame large = append(1, 2, 1, 8 << 20);
        one.transport.send(2, large);
        await().until(() -> two.received.equals(List.of(large)));
    }

    @Test
    void aBlockedBulkLaneDoesNotDelayControl() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        two.onFrame(frame -> {
            if (Lane.of(frame) == Lane.BULK) {
                awaitQuietly(release);
            }
        });
        connectBoth();
        try {
            for (long i = 1; i <= 20; i++) {
                one.transport.send(2, append(1, 2, i, 1 << 20));
            }
            long[] micros = new long[200];
            for (int i = 0; i < micros.length; i++) {
                int expected = i + 1;
                long start = System.nanoTime();
                one.transport.send(2, heartbeat(1, 2, expected));
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> two.received.size() == expected);
                micros[i] = (System.nanoTime() - start) / 1000;
            }
            Arrays.sort(micros);
            assertThat(micros[micros.length / 2]).isLessThan(50_000);
        } finally {
            release.countDown();
        }
    }

    // Without TCP_NODELAY each line of this size waits 44 ms for a delayed acknowledgement.
    @Test
    void linesOf22KilobytesAreNotStalled() throws Exception {
        LinkedBlockingQueue<Frame> arrived = new LinkedBlockingQueue<>();
        two.onFrame(arrived::offer);
        connectBoth();
        int rounds = 100;
        long[] micros = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            one.transport.send(2, append(1, 2, i + 1, 16_000));
            assertThat(arrived.poll(5, TimeUnit.SECONDS)).isNotNull();
            micros[i] = (System.nanoTime() - start) / 1000;
        }
        Arrays.sort(micros);
        assertThat(micros[rounds / 2])
                .as("median of %s", Arrays.toString(micros))
                .isLessThan(20_000);
    }

    @Test
    void anIdleStreamStandsForLongerThanEveryTimeout() {
        connectBoth();
        int timeout = 4 * TestNode.ELECTION_TIMEOUT_MILLIS;
        await().during(Duration.ofMillis(timeout))
                .atMost(Duration.ofMillis(2L * timeout))
                .until(() -> !one.events.contains("unreachable 2") && !two.events.contains("unreachable 1"));
        assertThat(one.count("connected 2")).isEqualTo(2);
    }

    @Test
    void aSlowReceiverIsToldOfOnceAndTheQueueStaysBounded() throws Exception {
        one.close();
        TransportConfig config = TestNode.withLimits(TestNode.config(1), 50, 4 << 20, 64 << 20);
        one = TestNode.create(config, 0, directory);
        CountDownLatch release = new CountDownLatch(1);
        two.onFrame(frame -> awaitQuietly(release));
        connectBoth();
        try {
            // Some of it is in the sockets, at most 50 frames in the queue, the rest dropped.
            for (long i = 1; i <= 3000; i++) {
                one.transport.send(2, append(1, 2, i, 64 << 10));
            }
            assertThat(one.count("unreachable 2")).isEqualTo(1);
        } finally {
            release.countDown();
        }
        await().until(() -> !two.received.isEmpty());
        one.transport.send(2, heartbeat(1, 2, 1));
        await().until(() -> two.received.contains(heartbeat(1, 2, 1)));
        assertThat(two.received.size()).isLessThan(2000);
    }

    @Test
    void aWriterBlockedForAnElectionTimeoutGivesUpAndConnectsAgain() {
        CountDownLatch release = new CountDownLatch(1);
        two.onFrame(frame -> awaitQuietly(release));
        connectBoth();
        try {
            for (long i = 1; i <= 20; i++) {
                one.transport.send(2, append(1, 2, i, 1 << 20));
            }
            await().atMost(Duration.ofSeconds(4)).until(() -> one.events.contains("unreachable 2"));
        } finally {
            release.countDown();
        }
        await().until(() -> one.count("connected 2") >= 3);
        assertThat(one.events.subList(one.events.lastIndexOf("connected 2") - 1, one.events.size()))
                .containsExactly("unreachable 2", "connected 2");
    }

    @Test
    void aFrameLargerThanALineMayBeIsDroppedAndTheStreamGoesOn() throws Exception {
        one.close();
        one = TestNode.create(TestNode.withLimits(TestNode.config(1), 100, 64 << 20, 100_000), 0, directory);
        connectBoth();
        one.transport.send(2, append(1, 2, 1, 100_000));
        one.transport.send(2, append(1, 2, 2, 50_000));
        await().until(() -> two.received.size() == 1);
        assertThat(TestNode.numberOf(two.received.get(0))).isEqualTo(2);
        assertThat(one.events).contains("unreachable 2").hasSize(3);
    }

    @Test
    void anUnknownAddresseeAndOneThatWasRemovedAreDroppedSilently() {
        connectBoth();
        one.transport.send(9, heartbeat(1, 9, 1));
        one.transport.setPeers(List.of(one.peer()));
        one.transport.send(2, heartbeat(1, 2, 1));
        await().until(() -> senderThreads(0).isEmpty());
        assertThat(two.received).isEmpty();
    }

    @Test
    void whoIsNotKnownIsToldHowFarTheOtherHasCome() {
        two.appliedIndex = 42;
        two.start(List.of(two.peer()));
        one.start(List.of(one.peer(), two.peer()));
        await().until(() -> one.count("not a member as of 42") > 0);
        assertThat(one.count("connected 2")).isZero();
    }

    @Test
    void peersMayBeAddedLater() throws Exception {
        connectBoth();
        try (TestNode three = TestNode.create(3, directory)) {
            List<Peer> all = List.of(one.peer(), two.peer(), three.peer());
            three.start(all);
            one.transport.setPeers(all);
            await().until(() -> one.count("connected 3") == 2);
            await().until(() -> three.count("connected 1") == 2);
            three.transport.send(1, heartbeat(3, 1, 7));
            await().until(() -> one.received.contains(heartbeat(3, 1, 7)));
            assertThat(one.count("connected 2")).isEqualTo(2);
            assertThat(three.count("connected 2")).isZero();
        }
    }

    @Test
    void closeEndsWithinASecondAndLeavesNoThread() {
        CountDownLatch release = new CountDownLatch(1);
        two.onFrame(frame -> awaitQuietly(release));
        connectBoth();
        try {
            IntStream.range(0, 20).forEach(i -> one.transport.send(2, append(1, 2, i + 1, 1 << 20)));
            long start = System.nanoTime();
            one.transport.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            assertThat(senderThreads(0)).isEmpty();
            one.transport.close();
            one.transport.send(2, heartbeat(1, 2, 1));
        } finally {
            release.countDown();
        }
    }

    @Test
    void afterCloseThePeersStreamsEndSoThatTheWebServerNeedNotWait() {
        connectBoth();
        one.transport.close();
        // Its servlet ends at the next keep-alive, which the peer sees as a lost stream.
        await().atMost(Duration.ofSeconds(2)).until(() -> two.events.contains("unreachable 1"));
        await().atMost(Duration.ofSeconds(2))
                .until(() -> streamThreads(one.port()).isEmpty());
    }

    private void connectBoth() {
        TestNode.connect(one, two);
        await().until(() -> one.count("connected 2") == 2 && two.count("connected 1") == 2);
        one.events.removeIf(event -> event.startsWith("unreachable"));
        two.events.removeIf(event -> event.startsWith("unreachable"));
    }

    private static List<String> senderThreads(int index) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("n" + index + "-"))
                .toList();
    }

    /** The threads of a port that are reading a stream just now. */
    private static List<String> streamThreads(int port) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().contains("-" + port + "-exec-"))
                .filter(thread -> Arrays.stream(thread.getValue())
                        .anyMatch(frame -> frame.getClassName().equals(RaftStreamServlet.class.getName())))
                .map(thread -> thread.getKey().getName())
                .toList();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
