package io.lightraft.node;

import io.lightraft.raft.HardState;
import io.lightraft.raft.Invariant;
import io.lightraft.raft.Message;
import io.lightraft.storage.DurableLog;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes the log: everything that has queued up, one fsync, and only then the promises that waited for it. Any failure
 * ends the node; nothing is tried twice.
 */
final class StorageWorker extends Worker<Message.StorageAppend> {

    private static final int MAX_APPENDS_PER_SYNC = 256;

    private final DurableLog log;
    private final Consumer<Message> release;
    private HardState written;

    /** @param release takes what may be sent now: to peers, or to the core itself */
    StorageWorker(DurableLog log, Consumer<Message> release) {
        super(MAX_APPENDS_PER_SYNC);
        this.log = log;
        this.release = release;
        this.written = log.initialHardState();
    }

    @Override
    void work(List<Message.StorageAppend> appends) {
        boolean mustSync = false;
        for (Message.StorageAppend append : appends) {
            Invariant.check(append.snapshot().isEmpty(), "a snapshot arrived, which no node of this release sends");
            HardState hardState = append.hardState();
            mustSync |= !append.entries().isEmpty() || isPromise(hardState);
            if (!hardState.isEmpty()) {
                written = hardState;
            }
            log.append(hardState, append.entries());
        }
        if (mustSync) {
            log.sync();
        }
        for (Message.StorageAppend append : appends) {
            append.responses().forEach(release);
        }
    }

    /** A commit index alone promises nothing and may go to disk with the next batch. */
    private boolean isPromise(HardState hardState) {
        return !hardState.isEmpty() && (hardState.term() != written.term() || hardState.vote() != written.vote());
    }
}
