package io.lightraft.node;

import static org.awaitility.Awaitility.await;

import io.lightraft.storage.DurableLog;
import io.lightraft.storage.DurableLogOptions;
import io.lightraft.storage.LogIdentity;
import io.lightraft.transport.Frame;
import io.lightraft.transport.Transport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/**
 * Replicas with their real threads and their real logs on disk; only the network is a method call. The state machines
 * keep nothing: each start replays the whole log.
 */
final class ThreadedCluster implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final DurableLogOptions options;
    private final List<Member> members;
    private final Map<Long, Node> up = new ConcurrentHashMap<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();

    ThreadedCluster(int size, Path directory, DurableLogOptions options) {
        this.directory = directory;
        this.options = options;
        this.members = IntStream.range(0, size)
                .mapToObj(index -> new Member(index, "", "", ""))
                .toList();
        members.forEach(member -> start(member.nodeId()));
    }

    /** A running replica. */
    final class Node implements Transport, StateMachine<Long> {
        final int index;
        final List<String> state = Collections.synchronizedList(new ArrayList<>());
        final Replica<Long> replica;

        Node(int index, DurableLog log, LogRelay relay) {
            this.index = index;
            ReplicaConfig config = ReplicaConfig.of(index, members, 50, 500);
            replica = new Replica<>(config, UUID.randomUUID(), this, log, relay, this, null, failures::add);
        }

        long raftId() {
            return index + 1L;
        }

        @Override
        public void send(long to, Frame frame) {
            Node peer = up.get(to);
            if (peer != null && up.get(raftId()) == this) {
                peer.replica.received(raftId(), frame);
            }
        }

        @Override
        public void close() {}

        @Override
        public Applied applied() {
            return Begun.voters(members.size());
        }

        @Override
        public void bootstrap(Applied beginning) {}

        @Override
        public List<Long> apply(List<CommittedEntry> batch) {
            List<Long> results = new ArrayList<>();
            for (CommittedEntry entry : batch) {
                if (entry.header() != null) {
                    state.add(StandardCharsets.UTF_8.decode(entry.command()).toString());
                }
                results.add(entry.index());
            }
            return results;
        }
    }

    Node start(int index) {
        LogRelay relay = new LogRelay();
        LogIdentity identity = new LogIdentity("threaded", Integer.toString(index));
        DurableLog log = DurableLog.open(directory.resolve("log-" + index), identity, options, relay);
        Node node = new Node(index, Begun.log(log), relay);
        node.replica.start();
        up.put(node.raftId(), node);
        for (Node other : up.values()) {
            if (other != node) {
                other.replica.connected(node.raftId());
                node.replica.connected(other.raftId());
            }
        }
        return node;
    }

    /** Takes a node off the network before it can say good-bye. */
    void stop(Node node) {
        up.remove(node.raftId());
        up.values().forEach(other -> other.replica.presumedDead(node.raftId()));
        node.replica.close();
    }

    List<Node> nodes() {
        return List.copyOf(up.values());
    }

    Node leader() {
        return await().atMost(PATIENCE)
                .until(
                        () -> nodes().stream()
                                .filter(node -> node.replica.status().role().equals("LEADER"))
                                .findFirst()
                                .orElse(null),
                        Objects::nonNull);
    }

    Node follower() {
        Node leader = leader();
        return nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    }

    /** Waits until all that run have applied the same. */
    void awaitEqualStates() {
        await().atMost(PATIENCE)
                .until(() -> nodes().stream()
                                .map(node -> node.replica.status().lastApplied())
                                .distinct()
                                .count()
                        == 1);
    }

    @Override
    public void close() {
        nodes().forEach(node -> node.replica.close());
    }
}
