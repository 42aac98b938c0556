package io.lightraft.node;

import io.lightraft.raft.Invariant;
import io.lightraft.raft.Message;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.DurableLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a state in the place of what a replica has: the beginning of a cluster, or the snapshot of a leader. Used by the
 * storage worker, which waits for the apply worker meanwhile.
 */
final class StateInstallations implements StorageWorker.Installer {

    private final ReplicaConfig config;
    private final DurableLog log;
    private final StateMachine<?> stateMachine;
    private final ApplyWorker<?> apply;
    private final @Nullable Snapshots snapshots;
    private final Consumer<List<Member>> membersReplaced;

    /**
     * @param snapshots null where none of a leader can come
     * @param membersReplaced told whom the installed snapshot names
     */
    StateInstallations(
            ReplicaConfig config,
            DurableLog log,
            StateMachine<?> stateMachine,
            ApplyWorker<?> apply,
            @Nullable Snapshots snapshots,
            Consumer<List<Member>> membersReplaced) {
        this.config = config;
        this.log = log;
        this.stateMachine = stateMachine;
        this.apply = apply;
        this.snapshots = snapshots;
        this.membersReplaced = membersReplaced;
    }

    @Override
    public void install(Message.StorageAppend append) throws InterruptedException {
        SnapshotMetadata metadata = append.snapshot().metadata();
        Snapshots present = snapshots;
        if (Joining.isBeginning(metadata)) {
            begin(append);
            return;
        }
        Invariant.check(present != null, "a snapshot arrived, and there is nobody to install it");
        if (present != null) {
            new SnapshotInstaller(present.files(), log)
                    .install(
                            append.snapshot(),
                            received -> apply.runBetween(() -> {
                                StateMachine.Applied applied = present.state().replaceWith(received);
                                apply.restartAt(metadata.index());
                                membersReplaced.accept(applied.members());
                            }));
        }
    }

    /** The state first, and on its disk: so a log that has begun always finds the state that it goes on from. */
    private void begin(Message.StorageAppend append) throws InterruptedException {
        SnapshotMetadata metadata = append.snapshot().metadata();
        try {
            apply.runBetween(() -> {
                stateMachine.bootstrap(new StateMachine.Applied(
                        metadata.index(), metadata.term(), metadata.confState(), config.members()));
                apply.restartAt(metadata.index());
            });
        } catch (IOException e) {
            throw new UncheckedIOException("can't write the beginning of the cluster", e);
        }
        log.append(append.hardState(), List.of());
        log.installSnapshot(metadata);
        log.sync();
    }

    @Override
    public void keepAdmission(long leastIndexToVote) {
        try {
            if (snapshots != null) {
                snapshots.files().keepAdmission(leastIndexToVote);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't write down that this node was taken in", e);
        }
    }
}
