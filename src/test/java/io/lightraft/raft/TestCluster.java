package io.lightraft.raft;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** Nodes with a network in between that loses what it is told to, in one thread and always in the same order. */
final class TestCluster {

    private final SortedMap<Long, TestNode> nodes = new TreeMap<>();
    private final UnaryOperator<RaftConfig.Builder> settings;
    private final Map<Long, Long> leaderByTerm = new HashMap<>();
    private final Set<Long> isolated = new HashSet<>();
    private Predicate<Message> lost = message -> false;
    private List<Message> underWay = new ArrayList<>();

    private TestCluster(UnaryOperator<RaftConfig.Builder> settings) {
        this.settings = settings;
    }

    /** Voters 1 to {@code voters}, with the settings of production. */
    static TestCluster of(int voters) {
        return of(voters, UnaryOperator.identity());
    }

    static TestCluster of(int voters, UnaryOperator<RaftConfig.Builder> settings) {
        TestCluster cluster = new TestCluster(settings);
        ConfState membership =
                ConfState.ofVoters(LongStream.rangeClosed(1, voters).boxed().toList());
        for (long id = 1; id <= voters; id++) {
            cluster.add(id, membership);
        }
        return cluster;
    }

    TestNode add(long id, ConfState membership) {
        TestNode node = new TestNode(id, membership, settings);
        nodes.put(id, node);
        return node;
    }

    TestNode node(long id) {
        return nodes.get(id);
    }

    Raft raft(long id) {
        return node(id).raft();
    }

    Iterable<TestNode> nodes() {
        return nodes.values();
    }

    /** Nothing goes to these nodes or comes from them, until {@link #heal}. */
    void isolate(Long... ids) {
        isolated.addAll(Arrays.asList(ids));
    }

    /** Loses these messages, until {@link #heal}. */
    void lose(Predicate<Message> which) {
        lost = which;
    }

    void heal() {
        isolated.clear();
        lost = message -> false;
    }

    void elect(long id) {
        raft(id).campaign();
        settle();
        Invariant.check(raft(id).role() == Role.LEADER, id, " was not elected: ", node(id).roleChanges);
    }

    ProposeResult propose(long id, String... commands) {
        List<byte[]> data = Arrays.stream(commands)
                .map(command -> command.getBytes(StandardCharsets.UTF_8))
                .toList();
        return raft(id).propose(data);
    }

    /** Proposes, and lets everything happen that follows. */
    void run(long id, String... commands) {
        propose(id, commands);
        settle();
    }

    /** Ticks one node, which sends what it has to. */
    void tick(long id, int ticks) {
        for (int i = 0; i < ticks; i++) {
            raft(id).tick();
            settle();
        }
    }

    void tickAll(int ticks) {
        for (int i = 0; i < ticks; i++) {
            nodes.keySet().forEach(id -> raft(id).tick());
            settle();
        }
    }

    /** Until no node has anything to do and no message is under way. */
    void settle() {
        collect();
        while (!underWay.isEmpty()) {
            List<Message> round = underWay;
            underWay = new ArrayList<>();
            round.forEach(this::deliver);
            collect();
        }
    }

    private void collect() {
        nodes.values().forEach(node -> underWay.addAll(node.work()));
        checkElectionSafety();
    }

    void deliver(Message message) {
        boolean cut = isolated.contains(message.from()) || isolated.contains(message.to());
        TestNode to = nodes.get(message.to());
        if (to != null && !cut && !lost.test(message)) {
            to.raft().step(message);
        }
    }

    /** Raft, figure 3: at most one leader in a term. */
    void checkElectionSafety() {
        for (TestNode node : nodes.values()) {
            if (node.raft().role() == Role.LEADER) {
                Long other = leaderByTerm.putIfAbsent(node.raft().term(), node.id);
                Invariant.check(
                        other == null || other == node.id,
                        "two leaders in term ",
                        node.raft().term(),
                        ": ",
                        other,
                        " and ",
                        node.id);
            }
        }
    }

    /** Raft, figure 3: no two nodes apply different commands at the same place. */
    void checkStateMachineSafety() {
        List<String> longest = List.of();
        for (TestNode node : nodes.values()) {
            List<String> other = node.applied();
            int common = Math.min(longest.size(), other.size());
            Invariant.check(
                    longest.subList(0, common).equals(other.subList(0, common)),
                    "node ",
                    node.id,
                    " applied ",
                    other,
                    ", another ",
                    longest);
            longest = other.size() > longest.size() ? other : longest;
        }
    }

    List<List<String>> applied() {
        return nodes.values().stream().map(TestNode::applied).toList();
    }
}
