package io.lightraft.node;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What an operator asks of a node's own files. Any thread. */
public final class Upkeep {

    private static final long COMPACTION_SECONDS = 5;

    private final Snapshots snapshots;
    private final Compaction compaction;
    private final ApplyWorker<?> apply;
    private final StorageWorker storage;
    private final Consumer<Throwable> fail;
    private final Supplier<String> stopReason;

    /**
     * @param fail ends the node
     * @param stopReason why it has ended, in words and without a full stop
     */
    Upkeep(
            Snapshots snapshots,
            Compaction compaction,
            ApplyWorker<?> apply,
            StorageWorker storage,
            Consumer<Throwable> fail,
            Supplier<String> stopReason) {
        this.snapshots = snapshots;
        this.compaction = compaction;
        this.apply = apply;
        this.storage = storage;
        this.fail = fail;
        this.stopReason = stopReason;
    }

    /**
     * Makes a snapshot of this node's state now, and shortens its log up to there.
     *
     * @return the snapshot's index; fails when it can't be made, or not within the timeout
     */
    public CompletableFuture<Long> takeSnapshot(Duration timeout) {
        return snapshots
                .take()
                .thenApply(metadata -> {
                    compactTo(metadata.index());
                    return metadata.index();
                })
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Gives the room that deleted rows have left in this node's file back to the disk. Nothing is applied here
     * meanwhile.
     *
     * @return fails when it can't be done, or not within the timeout
     */
    public CompletableFuture<FileSizes> rewriteFile(Duration timeout) {
        FileRewrite rewrite = new FileRewrite(snapshots.files(), snapshots.state(), apply);
        return snapshots
                .beside(() -> {
                    try {
                        return rewrite.run();
                    } catch (FileRewrite.HalfReplacedException e) {
                        fail.accept(e);
                        throw e;
                    }
                })
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void compactTo(long index) {
        try {
            apply.runBetween(() -> compaction.compactTo(index));
            CompletableFuture<Void> done = new CompletableFuture<>();
            storage.add(new StorageWorker.Told(done));
            done.get(COMPACTION_SECONDS, TimeUnit.SECONDS);
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new ReplicaException.Stopped(stopReason.get() + ".");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
