package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.Message;
import io.lightraft.raft.RaftListener;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.transport.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * Replicas without threads under a seeded scheduler: frames are lost, doubled and delayed, nodes crash and come back with
 * what was durable. A tick is a millisecond.
 */
final class SimulatedCluster {

    static final int HEARTBEAT_TICKS = 3;
    static final int ELECTION_TIMEOUT_TICKS = 20;

    final SplittableRandom random;
    final Map<Long, Node> nodes = new LinkedHashMap<>();
    final Set<String> cutLinks = new HashSet<>();
    double lossRate;
    double duplicateRate;
    int maxDelayTicks = 2;

    /** A snapshot is made about as often. */
    int snapshotTicks = 10;

    /** Commands that begin with a later character are of a newer format. */
    private static final int NEWEST_FORMAT = 'z';

    long now;

    private final List<Flight> flights = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private long runs;

    private record Flight(long due, long from, long to, Frame frame) {}

    SimulatedCluster(int size, long seed) {
        random = new SplittableRandom(seed);
        for (int i = 0; i < size; i++) {
            members.add(new Member(i, "", "", ""));
        }
        members.forEach(member -> nodes.put(member.raftId(), new Node(member)));
        nodes.values().forEach(Node::start);
    }

    /** Nodes with empty disks, none of which is started. */
    static SimulatedCluster blank(int size, long seed) {
        SimulatedCluster cluster = new SimulatedCluster(size, seed);
        cluster.nodes.values().forEach(node -> {
            node.crash();
            node.empty();
        });
        return cluster;
    }

    /** One replica with what it has on disk; the state machine is the list of applied commands. */
    final class Node implements Effects {
        final Member member;
        final List<String> state = new ArrayList<>();
        SimulatedLog log = SimulatedLog.begun();
        private StateMachine.Applied applied;
        private long leastIndexToVote;
        private final List<Message.StorageAppend> appends = new ArrayList<>();
        private final List<Message.StorageApply> applies = new ArrayList<>();
        ReplicaCore<String> core;
        boolean up;

        /** Its writes never come back, as of a disk that hangs. */
        boolean diskHangs;

        /** Stopped as by SIGSTOP: what is sent to it waits. */
        boolean paused;

        int snapshotsSent;
        long snapshotIndex;
        long keptLogIndex = Long.MAX_VALUE;

        Node(Member member) {
            this.member = member;
            this.applied = Begun.voters(members.size());
        }

        /** All that was on its disk is gone. What the process sent is lost with its connections. */
        void empty() {
            log = new SimulatedLog();
            state.clear();
            applied = new StateMachine.Applied(0, 0, ConfState.EMPTY);
            leastIndexToVote = 0;
            flights.removeIf(flight -> flight.from == member.raftId());
        }

        /** As if it could still be the voter that it was with its disk. */
        void pretendToBegin() {
            empty();
            flights.clear();
            log = SimulatedLog.begun();
            applied = Begun.voters(members.size());
        }

        void start() {
            core = new ReplicaCore<>(
                    new ReplicaConfig(
                            member.nodeId(),
                            members,
                            1,
                            HEARTBEAT_TICKS,
                            ELECTION_TIMEOUT_TICKS,
                            1000,
                            1 << 20,
                            1 << 20,
                            1000,
                            NEWEST_FORMAT),
                    new UUID(++runs, random.nextLong()),
                    log,
                    applied,
                    leastIndexToVote,
                    this,
                    RaftListener.NONE,
                    () -> now);
            core.now(now);
            up = true;
            others().forEach(other -> core.connected(other.member.raftId()));
        }

        void crash() {
            up = false;
            appends.clear();
            applies.clear();
            core.stop("crashed");
        }

        CompletableFuture<String> propose(String command, long timeoutTicks) {
            CompletableFuture<String> future = new CompletableFuture<>();
            core.now(now);
            core.propose(command.getBytes(StandardCharsets.UTF_8), future, timeoutTicks);
            return future;
        }

        CompletableFuture<Long> read(long timeoutTicks) {
            CompletableFuture<Long> future = new CompletableFuture<>();
            core.now(now);
            core.readIndex(future, timeoutTicks);
            return future;
        }

        ReplicaStatus status() {
            return core.status(null);
        }

        /** The membership that its state holds. */
        ConfState confState() {
            return applied.confState();
        }

        private List<Node> others() {
            return nodes.values().stream().filter(node -> node != this).toList();
        }

        @Override
        public void send(long to, Frame frame) {
            SimulatedCluster.this.send(member.raftId(), to, frame);
        }

        @Override
        public void sendSnapshot(Message.InstallSnapshot message) {
            snapshotsSent++;
            send(message.to(), new Frame.Raft(message));
            core.snapshotSent(message.to(), true);
        }

        @Override
        public void keepLogBehind(long index) {
            keptLogIndex = index;
        }

        /** As a node does that keeps nothing for followers that lag, but what follows the newest snapshot. */
        void compactLog() {
            log.compactTo(Math.min(snapshotIndex, keptLogIndex));
        }

        @Override
        public void keepAdmission(long index) {
            leastIndexToVote = index;
        }

        @Override
        public void store(Message.StorageAppend append) {
            appends.add(append);
        }

        @Override
        public void apply(Message.StorageApply apply) {
            applies.add(apply);
        }

        private void work() {
            while (!diskHangs && !appends.isEmpty() && random.nextInt(3) > 0) {
                Message.StorageAppend append = appends.remove(0);
                if (!append.snapshot().isEmpty()) {
                    install(append.snapshot());
                }
                log.write(append.hardState(), append.entries());
                for (Message response : append.responses()) {
                    if (response.to() == member.raftId()) {
                        core.stored(response);
                    } else {
                        send(response.to(), new Frame.Raft(response));
                    }
                }
            }
            while (!applies.isEmpty() && random.nextInt(3) > 0) {
                Message.StorageApply apply = applies.remove(0);
                core.applied(apply.entries().stream().map(this::applyOne).toList(), apply.responses());
            }
            if (random.nextInt(snapshotTicks) == 0) {
                makeSnapshot();
                core.entriesLoaded();
            }
        }

        /** The entries that are still to be applied then stand before it. */
        private void install(Snapshot snapshot) {
            SnapshotMetadata metadata = snapshot.metadata();
            applies.clear();
            log.restart(metadata);
            state.clear();
            new String(snapshot.data(), StandardCharsets.UTF_8).lines().forEach(state::add);
            applied = new StateMachine.Applied(metadata.index(), metadata.term(), metadata.confState());
        }

        private void makeSnapshot() {
            SnapshotMetadata metadata = new SnapshotMetadata(applied.confState(), applied.index(), applied.term());
            snapshotIndex = metadata.index();
            log.setSnapshot(new Snapshot(metadata, String.join("\n", state).getBytes(StandardCharsets.UTF_8)));
        }

        private AppliedEntry<String> applyOne(Entry entry) {
            ConfState confState = entry.type() == EntryType.NORMAL
                    ? applied.confState()
                    : core.applyConfChange(ConfChange.decode(entry)).confState();
            applied = new StateMachine.Applied(entry.index(), entry.term(), confState);
            if (entry.type() != EntryType.NORMAL) {
                return new AppliedEntry<>(entry.index(), entry.term(), null, null);
            }
            if (entry.data().length == 0) {
                return new AppliedEntry<>(entry.index(), entry.term(), null, null);
            }
            String command = new String(
                    Arrays.copyOfRange(entry.data(), EntryHeader.BYTES, entry.data().length), StandardCharsets.UTF_8);
            state.add(command);
            return new AppliedEntry<>(
                    entry.index(), entry.term(), EntryHeader.of(entry.data()), command + "@" + entry.index());
        }
    }

    void cut(long from, long to) {
        cutLinks.add(from + ">" + to);
    }

    void isolate(long id) {
        nodes.keySet().forEach(other -> {
            cut(id, other);
            cut(other, id);
        });
    }

    void heal() {
        cutLinks.clear();
        lossRate = 0;
        duplicateRate = 0;
        nodes.values().stream().filter(node -> !node.up).forEach(Node::start);
    }

    void run(int ticks) {
        for (int i = 0; i < ticks; i++) {
            step();
        }
    }

    Node leader() {
        for (int i = 0; i < 2000; i++) {
            for (Node node : nodes.values()) {
                if (node.up
                        && !node.paused
                        && node.status().role().equals("LEADER")
                        && node.status().ready()) {
                    return node;
                }
            }
            step();
        }
        throw new AssertionError("no leader in 2000 ticks: "
                + nodes.values().stream()
                        .map(node -> "\n" + node.up + " " + node.core.describe())
                        .toList());
    }

    Node follower() {
        Node leader = leader();
        return nodes.values().stream()
                .filter(node -> node != leader)
                .findFirst()
                .orElseThrow();
    }

    private void step() {
        now++;
        List<Flight> due = flights.stream()
                .filter(flight -> flight.due <= now && !nodes.get(flight.to).paused)
                .toList();
        flights.removeAll(due);
        for (Flight flight : due) {
            Node node = nodes.get(flight.to);
            if (node.up) {
                node.core.now(now);
                node.core.received(flight.from, flight.frame);
            }
        }
        for (Node node : nodes.values()) {
            if (node.up && !node.paused) {
                node.core.now(now);
                node.work();
                node.core.turn(now, true);
            }
        }
    }

    private void send(long from, long to, Frame frame) {
        if (cutLinks.contains(from + ">" + to) || random.nextDouble() < lossRate) {
            return;
        }
        flights.add(new Flight(now + 1 + random.nextInt(maxDelayTicks), from, to, frame));
        if (random.nextDouble() < duplicateRate) {
            flights.add(new Flight(now + 1 + random.nextInt(20), from, to, frame));
        }
    }
}
