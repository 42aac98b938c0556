package io.lightraft.node;

import io.lightraft.node.SimulationPlan.Scene;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.confchange.ConfChange.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Wishes for another membership, and a network that breaks along its changes. */
final class SimulationChanges {

    private final Simulation world;
    private final SplittableRandom random;

    /** The index of the joint configuration along which the network was parted. */
    private long parted;

    private long partedLeader;

    SimulationChanges(Simulation world) {
        this.world = world;
        this.random = world.random;
    }

    /** What somebody may wish the membership to be. */
    ConfChange anyChange() {
        if (world.plan.scene() == Scene.HALVES && random.nextInt(4) > 0) {
            return othersInstead();
        }
        List<Change> changes = new ArrayList<>();
        if (world.plan.replacing()) {
            long left = world.anyNode().id;
            for (SimulationNode node : world.nodes()) {
                boolean voter = node.id != left && random.nextBoolean();
                changes.add(new Change(voter ? Kind.ADD_VOTER : Kind.REMOVE, node.id));
            }
            return ConfChange.of(Transition.JOINT_IMPLICIT, changes);
        }
        for (int count = random.nextInt(3) == 0 ? 2 : 1; count > 0; count--) {
            Kind kind = switch (random.nextInt(5)) {
                case 0, 1 -> Kind.REMOVE;
                case 2 -> Kind.ADD_LEARNER;
                default -> Kind.ADD_VOTER;
            };
            changes.add(new Change(kind, world.anyNode().id));
        }
        return ConfChange.of(random.nextInt(3) == 0 ? Transition.JOINT_IMPLICIT : Transition.AUTO, changes);
    }

    /** Whoever is not a voter becomes one, in the place of those who are. */
    private ConfChange othersInstead() {
        SimulationNode leader = world.anyOffice();
        List<Long> voters = leader.state.applied().confState().voters();
        boolean leaderStays = random.nextBoolean();
        List<Change> changes = new ArrayList<>();
        for (SimulationNode node : world.nodes()) {
            boolean stays = node == leader ? leaderStays : !voters.contains(node.id);
            changes.add(new Change(stays ? Kind.ADD_VOTER : Kind.REMOVE, node.id));
        }
        return ConfChange.of(Transition.JOINT_IMPLICIT, changes);
    }

    /** Entries are to be applied. A leader that learns that a joint configuration is committed is the first to know. */
    void committed(SimulationNode node, List<Entry> entries) {
        if (world.isPeace() || world.plan.scene() != Scene.HALVES) {
            return;
        }
        for (Entry entry : entries) {
            if (entry.type() != EntryType.NORMAL
                    && ConfChange.decode(entry).changes().size() > 1) {
                Set<Long> next = voters(ConfChange.decode(entry));
                if (node.status().role().equals("LEADER") && random.nextInt(4) > 0) {
                    partHalves(node, next);
                    parted = entry.index();
                    partedLeader = node.id;
                } else if (parted == entry.index() && next.contains(node.id) && random.nextInt(4) > 0) {
                    SimulationNode leader = world.node(partedLeader);
                    world.later(1 + random.nextInt(15), () -> {
                        if (!world.isPeace()) {
                            world.isolate(leader.id);
                        }
                    });
                }
            }
        }
    }

    private void partHalves(SimulationNode leader, Set<Long> next) {
        world.join();
        for (SimulationNode a : world.nodes()) {
            for (SimulationNode b : world.nodes()) {
                boolean stays = a == leader || next.contains(a.id);
                if (stays && b != leader && !next.contains(b.id)) {
                    world.network.part(a.id, b.id);
                }
            }
        }
        world.later(60 + random.nextInt(100), () -> {
            if (!world.isPeace()) {
                world.join();
            }
        });
    }

    private static Set<Long> voters(ConfChange change) {
        return change.changes().stream()
                .filter(one -> one.kind() == Kind.ADD_VOTER)
                .map(Change::nodeId)
                .collect(Collectors.toSet());
    }

    /** Between those who stay or come and those who go. */
    void divide(ConfChange change) {
        if (world.isPeace()) {
            return;
        }
        Set<Long> next = voters(change);
        long together = world.anyNode().id;
        world.network.joinAll();
        for (SimulationNode a : world.nodes()) {
            for (SimulationNode b : world.nodes()) {
                boolean apart = next.contains(a.id) != next.contains(b.id);
                boolean bridge = random.nextInt(3) == 0 && (a.id == together || b.id == together);
                if (apart && !bridge) {
                    world.network.cut(a.id, b.id);
                }
            }
        }
        world.later(40 + random.nextInt(80), world::join);
    }
}
