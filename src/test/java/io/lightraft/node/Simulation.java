package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.Message;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.transport.Frame;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * An episode in the life of a cluster, in one thread, decided by its seed alone: faults for a while, then peace, in which
 * all must come together again. A tick is a millisecond.
 */
public final class Simulation {

    final SplittableRandom random;
    final SimulationPlan plan;
    final SimulationNetwork network;
    final SimulationInvariants invariants = new SimulationInvariants();
    final ConfState startMembership;

    private final Map<Long, SimulationNode> nodes = new TreeMap<>();
    private final Map<Long, Long> restarts = new TreeMap<>();
    final SimulationTrouble trouble;
    final SimulationChanges changes;
    final SimulationLosses losses;
    final SimulationClients clients;
    final SimulationTally tally = new SimulationTally();

    private final PriorityQueue<Later> agenda =
            new PriorityQueue<>(Comparator.comparingLong(Later::due).thenComparingLong(Later::number));

    private long agendaCount;
    private long now;
    private long runs;
    private long digest = 17;

    private record Later(long due, long number, Runnable action) {}

    private Simulation(long seed) {
        random = new SplittableRandom(seed);
        plan = SimulationPlan.draw(random);
        network = new SimulationNetwork(plan, random);
        clients = new SimulationClients(this);
        trouble = new SimulationTrouble(this);
        changes = new SimulationChanges(this);
        losses = new SimulationLosses(this);
        startMembership = new ConfState(
                LongStream.rangeClosed(1, plan.voters()).boxed().toList(),
                plan.learners()
                        ? LongStream.rangeClosed(plan.voters() + 1, plan.nodes())
                                .boxed()
                                .toList()
                        : List.of(),
                List.of(),
                List.of(),
                false);
        for (long id = 1; id <= plan.nodes(); id++) {
            nodes.put(id, new SimulationNode(id, this, plan.skewed()));
        }
    }

    /**
     * What came of one.
     *
     * @param digest of all that happened: the same seed gives the same
     */
    public record Report(String digest, SimulationTally tally) {}

    /**
     * Runs one.
     *
     * @throws AssertionError when something happened that must not
     */
    public static Report episode(long seed) {
        Simulation simulation = new Simulation(seed);
        try {
            return simulation.run();
        } catch (RuntimeException | AssertionError failed) {
            throw new AssertionError(
                    "seed " + seed + ", millisecond " + simulation.now + ": " + failed.getMessage() + "\n"
                            + simulation.plan,
                    failed);
        }
    }

    private Report run() {
        for (SimulationNode node : nodes.values()) {
            if (plan.blankStart()) {
                node.empty();
                losses.startsBlank(node.id);
                restarts.put(node.id, (long) random.nextInt(100));
            } else {
                node.start();
            }
        }
        nodes.keySet().forEach(this::announce);
        int faultyMillis = 300 + random.nextInt(600);
        while (now < faultyMillis) {
            now++;
            nodes.values().forEach(this::trouble);
            if (random.nextInt(plan.millisBetweenCalls()) == 0) {
                act();
            }
            step();
        }
        heal();
        new SimulationPeace(this).comeTogether();
        clients.checkLinearizable();
        tally.count(SimulationTally.Kind.ANSWERS, clients.answers());
        tally.count(SimulationTally.Kind.SIMULATED_MILLIS, now);
        return new Report(Long.toHexString(digest), tally);
    }

    private void act() {
        SimulationNode node = random.nextBoolean() ? anyNode() : anyOffice();
        if (node.isUp() && !node.isPaused()) {
            node.core().now(node.clock());
            clients.act(node);
        }
    }

    SimulationNode anyNode() {
        return nodes.get(1L + random.nextInt(nodes.size()));
    }

    SimulationNode node(long id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    /** Whoever takes itself for the leader, if there is one; a deposed one is where stale answers come from. */
    SimulationNode anyOffice() {
        SimulationNode node = anyNode();
        for (int i = 0; i < nodes.size(); i++) {
            if (node.isUp() && node.status().role().equals("LEADER")) {
                return node;
            }
            node = nodes.get(node.id % nodes.size() + 1);
        }
        return node;
    }

    private void trouble(SimulationNode node) {
        Long restart = restarts.get(node.id);
        if (restart != null) {
            if (restart <= now) {
                restarts.remove(node.id);
                node.start();
                announce(node.id);
            }
            return;
        }
        if (happens(plan.crashRate())) {
            if (random.nextInt(5) == 0 && !node.isPaused()) {
                node.stopPolitely();
                crashed(node, false);
            } else {
                crashed(node, plan.powerLoss() && random.nextInt(3) > 0);
            }
            return;
        }
        if (happens(plan.fsyncFailureRate())) {
            node.failNextFsync();
        }
        if (happens(plan.stallRate())) {
            node.stall(10 + random.nextInt(100));
        }
        if (happens(plan.pauseRate())) {
            node.pause(5 + random.nextInt(100));
        }
        if (plan.skewed() && happens(0.002)) {
            node.jumpWallClock(random.nextInt(200_000) - 100_000);
        }
        if (happens(plan.cutRate())) {
            cutOrJoin(node.id);
        }
        if (happens(plan.transferRate())) {
            long target = anyNode().id;
            say(node, leader -> new Message.TransferLeadership(node.id, leader, 0, target));
        }
        if (happens(plan.membershipRate())) {
            ConfChange change = changes.anyChange();
            Entry entry = new Entry(0, 0, change.entryType(), change.encode());
            say(node, leader -> new Message.Propose(node.id, leader, 0, List.of(entry)));
            if (plan.replacing()) {
                later(1 + random.nextInt(40), () -> changes.divide(change));
            }
        }
    }

    private boolean happens(double rate) {
        return rate > 0 && random.nextDouble() < rate;
    }

    /** To whomever this node takes for the leader. */
    private void say(SimulationNode node, LongFunction<Message> words) {
        for (SimulationNode other : nodes.values()) {
            if (other != node && other.isUp() && other.status().role().equals("LEADER")) {
                network.send(now, node.id, other.id, new Frame.Raft(words.apply(other.id)));
            }
        }
    }

    void isolate(long id) {
        nodes.keySet().forEach(other -> {
            network.cut(id, other);
            network.cut(other, id);
        });
    }

    private void cutOrJoin(long id) {
        switch (random.nextInt(4)) {
            case 0 -> network.partition(List.copyOf(nodes.keySet()));
            case 1 -> network.cut(id, anyNode().id);
            case 2 -> isolate(id);
            default -> join();
        }
        for (SimulationNode node : nodes.values()) {
            long peer = anyNode().id;
            if (node.isUp() && peer != node.id && network.isCut(peer, node.id)) {
                node.post(() -> node.core().unreachable(peer));
            }
        }
    }

    void join() {
        network.joinAll();
        nodes.keySet().forEach(this::announce);
    }

    Collection<SimulationNode> nodes() {
        return nodes.values();
    }

    /** Whoever is up gets a stream to this node, and it gets one to them. */
    void announce(long id) {
        SimulationNode self = nodes.get(id);
        for (SimulationNode other : nodes.values()) {
            if (other.id != id && other.isUp() && self.isUp()) {
                other.post(() -> other.core().connected(id));
                self.post(() -> self.core().connected(other.id));
            }
        }
    }

    /** Takes note of a node that is down, after taking it down if it is not. */
    void crashed(SimulationNode node, boolean powerLoss) {
        if (node.isUp()) {
            node.crash(powerLoss);
        }
        tally.count(SimulationTally.Kind.CRASHES, 1);
        restarts.put(node.id, now + 5 + random.nextInt(150));
        losses.maybeEmpty(node);
        for (SimulationNode other : nodes.values()) {
            if (other != node && other.isUp() && random.nextBoolean()) {
                other.post(() -> {
                    if (!node.isUp()) {
                        other.core().presumedDead(node.id);
                    }
                });
            }
        }
    }

    void restartSoon(SimulationNode node, int millis) {
        restarts.put(node.id, now + 1 + random.nextInt(millis));
    }

    private void heal() {
        network.heal();
        for (SimulationNode node : nodes.values()) {
            node.heal();
            if (!node.isUp()) {
                node.start();
            }
        }
        restarts.clear();
        nodes.keySet().forEach(this::announce);
    }

    void runFor(int millis) {
        for (int i = 0; i < millis; i++) {
            now++;
            step();
        }
    }

    private void step() {
        while (!agenda.isEmpty() && agenda.peek().due() <= now) {
            agenda.poll().action().run();
        }
        nodes.values().forEach(SimulationNode::step);
    }

    void later(int millis, Runnable action) {
        agenda.add(new Later(now + millis, ++agendaCount, action));
    }

    boolean isPeace() {
        return network.isHealed();
    }

    /** Brings a snapshot over, all in one; false when it did not arrive, or the answer to it did not. */
    boolean carry(Message.InstallSnapshot message, SimulationState.Version content) {
        SimulationNode to = Objects.requireNonNull(nodes.get(message.to()));
        boolean lost = !isPeace() && random.nextInt(5) == 0;
        if (lost || !to.isUp() || to.isPaused() || network.isCut(message.from(), to.id)) {
            return false;
        }
        boolean taken = to.takeSnapshot(message, content);
        boolean answerLost = network.isCut(to.id, message.from()) || (!isPeace() && random.nextInt(8) == 0);
        return taken && !answerLost;
    }

    ReplicaConfig config(long id) {
        List<Member> members = nodes.keySet().stream()
                .map(raftId -> new Member((int) (raftId - 1), "", "", ""))
                .toList();
        return new ReplicaConfig(
                (int) (id - 1),
                members,
                1,
                SimulationNode.HEARTBEAT_TICKS,
                SimulationNode.ELECTION_TIMEOUT_TICKS,
                1000,
                1 << 20,
                1 << 20,
                1000,
                0xff);
    }

    long now() {
        return now;
    }

    long nextRun() {
        return ++runs;
    }

    void trace(long from, long to, Frame frame) {
        tally.count(SimulationTally.Kind.FRAMES, 1);
        long what = frame instanceof Frame.Raft raft
                ? raft.message().getClass().getSimpleName().hashCode() * 31L
                        + raft.message().term()
                : frame.getClass().getSimpleName().hashCode();
        mix(now, from, to, what);
    }

    void traceRole(long id, String role, long term) {
        if (role.equals("LEADER")) {
            trouble.leads(nodes.get(id));
            tally.count(SimulationTally.Kind.ELECTIONS, 1);
        }
        mix(now, id, role.hashCode(), term);
    }

    private void mix(long... values) {
        for (long value : values) {
            digest = (digest ^ value) * 0x100000001b3L;
            digest ^= digest >>> 29;
        }
    }
}
