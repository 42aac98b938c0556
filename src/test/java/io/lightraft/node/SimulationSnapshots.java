package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.DurableLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes snapshots of one process's state when they are wanted, and brings them to others, which takes its time. */
final class SimulationSnapshots {

    private final SimulationNode node;
    private final Simulation world;
    private final DurableLog log;

    /** Those on their way, by index, with how often. */
    private final Map<Long, Integer> underWay = new TreeMap<>();

    private final Map<Long, SimulationState.Version> made = new TreeMap<>();
    private SimulationState.@Nullable Version newest;
    private boolean making;

    SimulationSnapshots(SimulationNode node, Simulation world, DurableLog log) {
        this.node = node;
        this.world = world;
        this.log = log;
    }

    void wanted() {
        if (making) {
            return;
        }
        making = true;
        node.later(1 + world.random.nextInt(10), () -> {
            making = false;
            SimulationState.Version copy = node.state.copy();
            newest = copy;
            StateMachine.Applied applied = copy.applied();
            made.put(applied.index(), copy);
            log.setSnapshot(new Snapshot(
                    new SnapshotMetadata(applied.confState(), applied.index(), applied.term()), new byte[0]));
            node.core().entriesLoaded();
        });
    }

    void send(Message.InstallSnapshot message) {
        long index = message.snapshot().metadata().index();
        SimulationState.Version content = made.get(index);
        boolean isKept =
                content != null && newest != null && (index == newest.applied().index() || underWay.containsKey(index));
        if (content == null || !isKept) {
            node.post(() -> node.core().snapshotSent(message.to(), false));
            return;
        }
        underWay.merge(index, 1, Integer::sum);
        node.later(1 + world.random.nextInt(world.plan.transferMillis()), () -> {
            underWay.computeIfPresent(index, (key, count) -> count == 1 ? null : count - 1);
            boolean delivered = world.carry(message, content);
            node.core().snapshotSent(message.to(), delivered);
        });
    }

    /** What follows it must stay in the log. */
    long oldestUnderWay() {
        return underWay.keySet().stream().mapToLong(index -> index).min().orElse(Long.MAX_VALUE);
    }

    /** One that came from a leader; by the real intake. */
    boolean take(Message.InstallSnapshot message, SimulationState.Version content) {
        SnapshotIntake intake = new SnapshotIntake(node.shelf, node.state, node);
        Path staged = intake.staging(message);
        node.shelf.write(staged, content);
        try {
            intake.received(message, staged);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }
}
