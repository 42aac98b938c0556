package io.lightraft.node;

import io.lightraft.raft.ConfState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What must come of any cluster when all faults are over. */
final class SimulationPeace {

    private static final int PATIENCE_MILLIS = 4000;

    private final Simulation world;

    SimulationPeace(Simulation world) {
        this.world = world;
    }

    /** A leader, a fresh write by each member, and then the same state everywhere. */
    void comeTogether() {
        await("there is no leader", () -> leader() != null);
        List<CompletableFuture<?>> asked = new ArrayList<>();
        world.runFor(60);
        await("there is no leader that stays", this::isSettled);
        for (SimulationNode member : members()) {
            member.core().now(member.clock());
            asked.add(world.clients.write(member, "a", world.clients.nextValue(), PATIENCE_MILLIS));
        }
        if (world.plan.transactions()) {
            for (SimulationNode member : members()) {
                asked.add(world.clients.transaction(member, "b", PATIENCE_MILLIS / 2));
            }
        }
        await("a write is not answered", () -> asked.stream().allMatch(CompletableFuture::isDone));
        asked.clear();
        await("there is no leader any more", () -> leader() != null);
        for (SimulationNode member : members()) {
            member.core().now(member.clock());
            for (String key : List.of("a", "b")) {
                asked.add(world.clients.read(member, key, PATIENCE_MILLIS));
            }
        }
        await("a read is not answered", () -> asked.stream().allMatch(CompletableFuture::isDone));
        SimulationInvariants.check(
                asked.stream().noneMatch(CompletableFuture::isCompletedExceptionally), "a read failed in peace");
        await("members lag", this::areEqual);
    }

    /** Whether nothing is under way any more that could change who is a member: a node on its way out is none to ask. */
    private boolean isSettled() {
        SimulationNode leader = leader();
        return leader != null
                && world.losses.areMadeGood()
                && leader.status().lastApplied() == leader.status().lastLogIndex()
                && members().contains(leader);
    }

    private boolean areEqual() {
        List<SimulationNode> members = members();
        return members.stream()
                .allMatch(node ->
                        node.state.registers().equals(members.get(0).state.registers())
                                && node.state.applied().index()
                                        == members.get(0).state.applied().index());
    }

    private void await(String otherwise, BooleanSupplier condition) {
        for (int waited = 0; !condition.getAsBoolean(); waited++) {
            SimulationInvariants.check(waited < PATIENCE_MILLIS, otherwise + " in peace", describe());
            world.runFor(1);
        }
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        world.nodes()
                .forEach(node -> text.append("\n  ")
                        .append(node.id)
                        .append(' ')
                        .append(node.core().describe())
                        .append(' ')
                        .append(node.state.applied()));
        return text.toString();
    }

    private @Nullable SimulationNode leader() {
        SimulationNode newest = null;
        for (SimulationNode node : world.nodes()) {
            ReplicaStatus status = node.status();
            if (status.role().equals("LEADER")
                    && status.ready()
                    && (newest == null || newest.status().term() < status.term())) {
                newest = node;
            }
        }
        return newest;
    }

    private List<SimulationNode> members() {
        SimulationNode leader = leader();
        if (leader == null) {
            return List.copyOf(world.nodes());
        }
        ConfState membership = leader.state.applied().confState();
        return world.nodes().stream()
                .filter(node -> membership.voters().contains(node.id)
                        || membership.learners().contains(node.id))
                .toList();
    }
}
