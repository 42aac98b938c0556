package io.lightraft.node;

import io.lightraft.storage.LogListener;
import io.lightraft.storage.StorageException;
import org.jspecify.annotations.Nullable;

/** Stands in for the replica while the log is opened, which has to come first: it holds the lock of the data. */
public final class LogRelay implements LogListener {

    private volatile @Nullable LogListener target;

    void to(LogListener listener) {
        target = listener;
    }

    @Override
    public void entriesLoaded() {
        LogListener listener = target;
        if (listener != null) {
            listener.entriesLoaded();
        }
    }

    @Override
    public void snapshotWanted() {
        LogListener listener = target;
        if (listener != null) {
            listener.snapshotWanted();
        }
    }

    @Override
    public void failed(StorageException fault) {
        LogListener listener = target;
        if (listener == null) {
            throw fault;
        }
        listener.failed(fault);
    }

    /** While the log is opened nobody waits: the start fails, and says why. */
    @Override
    public boolean awaitRoom(String what, boolean first) {
        LogListener listener = target;
        return listener != null && listener.awaitRoom(what, first);
    }

    @Override
    public void roomFound() {
        LogListener listener = target;
        if (listener != null) {
            listener.roomFound();
        }
    }
}
