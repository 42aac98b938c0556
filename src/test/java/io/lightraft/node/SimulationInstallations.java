package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.DurableLog;
import java.util.List;

/** What takes the place of a process's state and log: the beginning of a cluster, or a snapshot, by the real installer. */
final class SimulationInstallations implements StorageWorker.Installer {

    private final SimulationNode node;
    private final Simulation world;
    private final SnapshotInstaller installer;
    private final DurableLog log;

    SimulationInstallations(SimulationNode node, Simulation world, SnapshotInstaller installer, DurableLog log) {
        this.node = node;
        this.world = world;
        this.installer = installer;
        this.log = log;
    }

    @Override
    public void install(Message.StorageAppend append) throws InterruptedException {
        SnapshotMetadata metadata = append.snapshot().metadata();
        if (Joining.isBeginning(metadata)) {
            begin(append);
            return;
        }
        if (world.random.nextDouble() < world.plan.installDeathRate() && !world.isPeace()) {
            node.dieInstalling();
        }
        installer.install(append.snapshot(), received -> {
            node.applyAll();
            node.state.replaceWith(received);
            node.applyWorker().restartAt(metadata.index());
        });
        world.tally.count(SimulationTally.Kind.SNAPSHOTS_INSTALLED, 1);
    }

    @Override
    public void keepAdmission(long leastIndexToVote) {
        node.shelf.keepAdmission(leastIndexToVote);
    }

    /** In the order of the real one. */
    private void begin(Message.StorageAppend append) {
        SnapshotMetadata metadata = append.snapshot().metadata();
        node.state.bootstrap(new StateMachine.Applied(metadata.index(), metadata.term(), metadata.confState()));
        node.applyWorker().restartAt(metadata.index());
        log.append(append.hardState(), List.of());
        log.installSnapshot(metadata);
        log.sync();
    }
}
