package io.lightraft.node;

import io.lightraft.raft.HardState;
import io.lightraft.raft.Invariant;
import io.lightraft.raft.Message;
import io.lightraft.storage.DurableLog;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the log: everything that has queued up, one fsync, and only then the promises that waited for it. Any failure
 * ends the node; nothing is tried twice.
 */
final class StorageWorker extends Worker<StorageWorker.Task> {

    private static final int MAX_TASKS_PER_SYNC = 256;

    sealed interface Task {}

    record Append(Message.StorageAppend message) implements Task {}

    /** Entries up to {@code index} are not needed any more. */
    record Compact(long index) implements Task {}

    /** See {@link Effects#keepAdmission}. */
    record KeepAdmission(long leastIndexToVote) implements Task {}

    /** Completed when all that came before is on disk. */
    record Told(CompletableFuture<Void> done) implements Task {}

    /** Puts a snapshot in the place of the log and of the state. */
    interface Installer {
        void install(Message.StorageAppend append) throws InterruptedException;

        /** On the disk when it returns. */
        default void keepAdmission(long leastIndexToVote) {}
    }

    private final DurableLog log;
    private final Consumer<Message> release;
    private final @Nullable Installer installer;
    private HardState written;

    /**
     * @param release takes what may be sent now: to peers, or to the core itself
     * @param installer null where no snapshots come
     */
    StorageWorker(DurableLog log, Consumer<Message> release, @Nullable Installer installer) {
        super(MAX_TASKS_PER_SYNC);
        this.log = log;
        this.release = release;
        this.installer = installer;
        this.written = log.initialHardState();
    }

    @Override
    void work(List<Task> tasks) throws InterruptedException {
        boolean mustSync = false;
        for (Task task : tasks) {
            if (task instanceof Compact compact) {
                log.compactTo(compact.index());
                mustSync = true;
            } else if (task instanceof Append append) {
                mustSync |= write(append.message());
            } else if (task instanceof KeepAdmission admission && installer != null) {
                installer.keepAdmission(admission.leastIndexToVote());
            }
        }
        if (mustSync) {
            log.sync();
        }
        for (Task task : tasks) {
            if (task instanceof Append append) {
                append.message().responses().forEach(release);
            } else if (task instanceof Told told) {
                told.done().complete(null);
            }
        }
    }

    /** Whether it has to be on disk before its responses go. */
    private boolean write(Message.StorageAppend append) throws InterruptedException {
        if (!append.snapshot().isEmpty()) {
            Installer present = installer;
            Invariant.check(present != null, "a snapshot arrived, and there is nobody to install it");
            if (present != null) {
                present.install(append);
            }
        }
        HardState hardState = append.hardState();
        boolean mustSync = !append.entries().isEmpty() || isPromise(hardState);
        if (!hardState.isEmpty()) {
            written = hardState;
        }
        log.append(hardState, append.entries());
        return mustSync;
    }

    /** A commit index alone promises nothing and may go to disk with the next batch. */
    private boolean isPromise(HardState hardState) {
        return !hardState.isEmpty() && (hardState.term() != written.term() || hardState.vote() != written.vote());
    }
}
