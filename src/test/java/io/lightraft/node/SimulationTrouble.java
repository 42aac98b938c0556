package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.confchange.ConfChange.Transition;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Faults at the worst moment: those of which bugs are made that random ones seldom meet. */
final class SimulationTrouble {

    private static final int DEADLINE_MILLIS = 200;

    private final Simulation world;
    private final SplittableRandom random;

    SimulationTrouble(Simulation world) {
        this.world = world;
        this.random = world.random;
    }

    /** A new leader is cut off, or dies, when few others have what it appended; the one before it comes back. */
    void beset(SimulationNode leader) {
        switch (random.nextInt(4)) {
            case 0 -> cutOff(leader);
            case 1 -> soon(8, leader, () -> cutOff(leader));
            case 2 ->
                soon(25, leader, () -> {
                    if (random.nextInt(3) == 0) {
                        world.crashed(leader, world.plan.powerLoss() && random.nextBoolean());
                    } else {
                        cutOff(leader);
                    }
                });
            default -> soon(25, leader, () -> depose(leader));
        }
    }

    private void soon(int millis, SimulationNode node, Runnable action) {
        world.later(1 + random.nextInt(millis), () -> {
            if (!world.isPeace() && node.isUp()) {
                action.run();
            }
        });
    }

    private void cutOff(SimulationNode leader) {
        world.join();
        world.isolate(leader.id);
        readMeanwhile(leader);
    }

    /** Another one is asked to lead, and the leader hears no more of it. */
    private void depose(SimulationNode leader) {
        long target = world.anyNode().id;
        leader.received(target, new Frame.Raft(new Message.TransferLeadership(target, leader.id, 0, target)));
        soon(6, leader, () -> cutOff(leader));
    }

    /** At the one that takes itself for the leader, while others write elsewhere. */
    private void readMeanwhile(SimulationNode leader) {
        for (int i = 0; i < 6; i++) {
            int delay = 2 + random.nextInt(40);
            String key = random.nextBoolean() ? "a" : "b";
            soon(delay, leader, () -> {
                SimulationNode other = world.anyNode();
                if (other != leader && other.isUp() && !other.isPaused()) {
                    other.core().now(other.clock());
                    world.clients.write(other, key, world.clients.nextValue(), DEADLINE_MILLIS);
                }
            });
            soon(delay + 12, leader, () -> {
                if (!leader.isPaused()) {
                    leader.core().now(leader.clock());
                    world.clients.read(leader, key, DEADLINE_MILLIS);
                }
            });
        }
    }

    /** What somebody may wish the membership to be. */
    ConfChange anyChange() {
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

    /** Between those who stay or come and those who go. */
    void divide(ConfChange change) {
        if (world.isPeace()) {
            return;
        }
        Set<Long> next = change.changes().stream()
                .filter(one -> one.kind() == Kind.ADD_VOTER)
                .map(Change::nodeId)
                .collect(Collectors.toSet());
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
