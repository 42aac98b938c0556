package io.lightraft.node;

import io.lightraft.raft.ConfState;
import java.util.Set;
import java.util.TreeSet;

/**
 * Disks that were emptied, or had nothing at the start. Only a minority of the voters may be without data at a time: more
 * than that nobody survives.
 */
final class SimulationLosses {

    private final Simulation world;

    /** Those whose disks have nothing, or not yet all that they may have promised before. */
    private final Set<Long> lacking = new TreeSet<>();

    SimulationLosses(Simulation world) {
        this.world = world;
    }

    void startsBlank(long id) {
        lacking.add(id);
    }

    /** A crashed node's disk may be gone, too. */
    void maybeEmpty(SimulationNode node) {
        look();
        if (!world.plan.emptied() || world.random.nextInt(3) == 0 || lacking.contains(node.id) || !mayLoseOneMore()) {
            return;
        }
        lacking.add(node.id);
        node.empty();
        // The connections of its process have ended, and with them whatever was under way in them.
        world.network.drop(node.id);
        world.network.keepOrder(node.id);
        world.invariants.forgetVotes(node.id);
        world.tally.count(SimulationTally.Kind.DISKS_EMPTIED, 1);
    }

    /** Who took no part yet is no better than who lost what he had: together they could begin anew. */
    private boolean mayLoseOneMore() {
        long without = world.nodes().stream()
                .filter(node -> lacking.contains(node.id) || node.hasOnlyTheBeginning())
                .count();
        for (SimulationNode node : world.nodes()) {
            ConfState members = node.state.applied().confState();
            int fewest = members.votersOutgoing().isEmpty()
                    ? members.voters().size()
                    : Math.min(members.voters().size(), members.votersOutgoing().size());
            if (!lacking.contains(node.id) && 2 * (without + 1) >= fewest) {
                return false;
            }
        }
        return true;
    }

    private void look() {
        for (SimulationNode node : world.nodes()) {
            if (node.isUp() && node.isWholeVoter()) {
                lacking.remove(node.id);
            }
        }
    }

    /** Whether everybody who lost his data is a voter again. */
    boolean areMadeGood() {
        look();
        return lacking.isEmpty();
    }
}
