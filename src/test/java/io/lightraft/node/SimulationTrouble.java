package io.lightraft.node;

import io.lightraft.node.SimulationPlan.Scene;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.Message;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.confchange.ConfChange.Transition;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Faults at the worst moment: those of which bugs are made that random ones seldom meet. */
final class SimulationTrouble {

    private static final int DEADLINE_MILLIS = 200;

    private final Simulation world;
    private final SplittableRandom random;

    /** A leader that gets some more appends out; 0 without. */
    private long spared;

    private int appendsLeft;

    /** The index of the joint configuration along which the network was parted. */
    private long parted;

    private long partedLeader;

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
        if (world.plan.scene() == Scene.SHORT_OFFICES
                && frame instanceof Frame.Raft raft
                && raft.message() instanceof Message.TimeoutNow
                && !world.isPeace()
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
                    soon(15, leader, () -> world.isolate(leader.id));
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
