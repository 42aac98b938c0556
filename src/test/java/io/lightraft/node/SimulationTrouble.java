package io.lightraft.node;

import io.lightraft.node.SimulationPlan.Scene;
import io.lightraft.raft.Message;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Faults at the worst moment: those of which bugs are made that random ones seldom meet. */
final class SimulationTrouble {

    private static final int DEADLINE_MILLIS = 200;

    private final Simulation world;
    private final SplittableRandom random;

    /** A leader that gets some more appends out; 0 without. */
    private long spared;

    private int appendsLeft;

    SimulationTrouble(Simulation world) {
        this.world = world;
        this.random = world.random;
    }

    /** There is a new leader. */
    void leads(SimulationNode leader) {
        if (world.isPeace()) {
            return;
        }
        if (world.plan.scene() == Scene.SHORT_OFFICES && random.nextInt(10) > 0) {
            beset(leader);
        } else if (world.plan.scene() == Scene.FEW_APPENDS && random.nextInt(10) > 0) {
            spare(leader, random.nextBoolean() ? 0 : 1 + random.nextInt(4));
        } else if (world.plan.scene() == Scene.EMPTIED_DISKS) {
            soon(25, leader, () -> emptyOneBehind(leader));
        }
    }

    /** It is cut off, or dies, when few others have what it appended; the one before it comes back. */
    private void beset(SimulationNode leader) {
        switch (random.nextInt(6)) {
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
            case 3 -> soon(25, leader, () -> depose(leader));
            default ->
                soon(25, leader, () -> {
                    for (int i = 0; i < 4; i++) {
                        soon(4, leader, () -> read(leader, "a", DEADLINE_MILLIS));
                    }
                    world.later(3, () -> soon(2, leader, () -> ask(leader)));
                });
        }
    }

    /** It gets so many appends out; whoever was silenced before stays so until then. */
    private void spare(SimulationNode leader, int appends) {
        spared = leader.id;
        appendsLeft = appends;
        if (appends == 0) {
            silence(leader);
        } else {
            soon(40, leader, () -> {
                if (spared == leader.id) {
                    silence(leader);
                }
            });
        }
    }

    void sent(long from, Frame frame) {
        if (world.isPeace()) {
            return;
        }
        if (world.plan.scene() == Scene.SHORT_OFFICES
                && frame instanceof Frame.Raft raft
                && raft.message() instanceof Message.TimeoutNow
                && random.nextInt(4) > 0) {
            deafen(world.node(from));
        }
        if (from == spared
                && frame instanceof Frame.Raft raft
                && raft.message() instanceof Message.AppendEntries append
                && !append.entries().isEmpty()
                && --appendsLeft == 0) {
            silence(world.node(from));
        }
    }

    /** What is said to it still arrives for a while. */
    private void silence(SimulationNode leader) {
        spared = 0;
        world.join();
        world.nodes().forEach(other -> world.network.cut(leader.id, other.id));
        soon(15, leader, () -> {
            if (world.network.isCut(leader.id, leader.id)) {
                world.isolate(leader.id);
            }
        });
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

    /** Asked to let another one lead, who has all that the leader has. */
    private void ask(SimulationNode leader) {
        world.join();
        world.nodes().stream()
                .filter(node -> node != leader
                        && node.isUp()
                        && leader.state.applied().confState().voters().contains(node.id))
                .max(Comparator.comparingLong(node -> node.status().lastLogIndex()))
                .ifPresent(next -> leader.received(
                        next.id, new Frame.Raft(new Message.TransferLeadership(next.id, leader.id, 0, next.id))));
    }

    /** It has let another one lead, and hears no more of it but what was on its way to it, and comes late. */
    private void deafen(SimulationNode leader) {
        world.join();
        world.nodes().forEach(other -> world.network.cut(other.id, leader.id));
        world.network.holdUp(leader.id, 20 + random.nextInt(30));
        soon(10, leader, () -> world.isolate(leader.id));
        for (int i = 0; i < 8; i++) {
            world.later(8 + i, () -> soon(12, leader, () -> writeElsewhere(leader, "a")));
            world.later(18 + 3 * i, () -> soon(4, leader, () -> read(leader, "a", 6 + random.nextInt(10))));
        }
    }

    /** At the one that takes itself for the leader, while others write elsewhere. */
    private void readMeanwhile(SimulationNode leader) {
        for (int i = 0; i < 6; i++) {
            int delay = 2 + random.nextInt(40);
            String key = random.nextBoolean() ? "a" : "b";
            soon(delay, leader, () -> writeElsewhere(leader, key));
            soon(
                    delay + 12,
                    leader,
                    () -> read(leader, key, 10 + random.nextInt(random.nextBoolean() ? 15 : DEADLINE_MILLIS)));
        }
    }

    private void writeElsewhere(SimulationNode leader, String key) {
        SimulationNode other = world.anyNode();
        if (other != leader && other.isUp() && !other.isPaused()) {
            other.core().now(other.clock());
            world.clients.write(other, key, world.clients.nextValue(), DEADLINE_MILLIS);
        }
    }

    private void read(SimulationNode node, String key, int deadlineMillis) {
        if (!node.isPaused()) {
            node.core().now(node.clock());
            world.clients.read(node, key, deadlineMillis);
        }
    }

    /** Some followers miss what is committed, and one that has it loses its disk; then it meets the others without the leader. */
    private void emptyOneBehind(SimulationNode leader) {
        List<SimulationNode> others = new ArrayList<>(world.nodes());
        others.remove(leader);
        SimulationNode victim = others.remove(random.nextInt(others.size()));
        int few = (world.plan.voters() - 1) / 2;
        world.join();
        others.subList(0, few).forEach(other -> world.network.part(other.id, leader.id));
        others.subList(0, few).forEach(other -> world.network.part(other.id, victim.id));
        soon(30, leader, () -> {
            if (victim.isUp()) {
                world.crashed(victim, false);
                world.restartSoon(victim, 12);
                world.later(25, () -> soon(25, leader, () -> cutOff(leader)));
            }
        });
        world.later(150, () -> soon(1, leader, world::join));
    }
}
