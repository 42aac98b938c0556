package io.lightraft.raft;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log that the storage has not confirmed yet, and a snapshot on its way into it. Entries stay here while
 * they are being written, so that reads never meet a storage that lags behind.
 *
 * <p>{@code offset} may lie below the storage's last index: then the storage is about to overwrite its own end.
 */
final class UnstableLog {

    private List<Entry> entries = new ArrayList<>();

    /** The index of {@code entries.get(0)}, or where it will be. */
    private long offset;

    /** Entries below this index were handed out to be written; {@code offset <= offsetInProgress}. */
    private long offsetInProgress;

    private @Nullable Snapshot snapshot;
    private boolean snapshotInProgress;

    UnstableLog(long offset) {
        this.offset = offset;
        this.offsetInProgress = offset;
    }

    long offset() {
        return offset;
    }

    boolean hasEntries() {
        return !entries.isEmpty();
    }

    /** The snapshot to be installed or being installed. */
    @Nullable
    Snapshot snapshot() {
        return snapshot;
    }

    /** The last index, or -1 when there is neither an entry nor a snapshot. */
    long lastIndex() {
        if (!entries.isEmpty()) {
            return offset + entries.size() - 1;
        }
        return snapshot == null ? -1 : snapshot.metadata().index();
    }

    /** The term at an index, or {@link RaftLog#UNKNOWN_TERM} when it is not here. */
    long termAt(long index) {
        if (index >= offset) {
            return index < offset + entries.size()
                    ? entries.get((int) (index - offset)).term()
                    : RaftLog.UNKNOWN_TERM;
        }
        boolean isSnapshot = snapshot != null && snapshot.metadata().index() == index;
        return isSnapshot ? snapshot.metadata().term() : RaftLog.UNKNOWN_TERM;
    }

    /** From {@code low} (inclusive) to {@code high} (exclusive), which must be here; a copy. */
    List<Entry> slice(long low, long high) {
        Invariant.check(
                offset <= low && low <= high && high <= offset + entries.size(),
                "unstable entries [",
                low,
                ", ",
                high,
                ") out of [",
                offset,
                ", ",
                offset + entries.size(),
                ")");
        return List.copyOf(entries.subList((int) (low - offset), (int) (high - offset)));
    }

    boolean hasNextEntries() {
        return offset + entries.size() > offsetInProgress;
    }

    /** What nobody was asked to write yet. */
    List<Entry> nextEntries() {
        return slice(offsetInProgress, offset + entries.size());
    }

    @Nullable
    Snapshot nextSnapshot() {
        return snapshotInProgress ? null : snapshot;
    }

    /** All that is here is being written now. */
    void acceptInProgress() {
        offsetInProgress = offset + entries.size();
        snapshotInProgress = snapshot != null;
    }

    /**
     * The storage has everything up to here. Ignored when the entry is no longer the one that was written; the caller
     * has made sure that no write under way will replace it.
     */
    void stableTo(long index, long term) {
        if (index < offset || termAt(index) != term) {
            return;
        }
        entries.subList(0, (int) (index + 1 - offset)).clear();
        offset = index + 1;
        offsetInProgress = Math.max(offsetInProgress, offset);
    }

    void stableSnapshotTo(long index) {
        if (snapshot != null && snapshot.metadata().index() == index) {
            snapshot = null;
            snapshotInProgress = false;
        }
    }

    /** The snapshot replaces all. */
    void restore(Snapshot next) {
        offset = next.metadata().index() + 1;
        offsetInProgress = offset;
        entries = new ArrayList<>();
        snapshot = next;
        snapshotInProgress = false;
    }

    /** Appends, and first drops whatever stands at or behind the first new entry. */
    void truncateAndAppend(List<Entry> more) {
        long from = more.get(0).index();
        if (from <= offset) {
            entries = new ArrayList<>(more);
            offset = from;
            offsetInProgress = from;
            return;
        }
        Invariant.check(from <= offset + entries.size(), "append at ", from, " leaves a gap behind ", lastIndex());
        entries.subList((int) (from - offset), entries.size()).clear();
        entries.addAll(more);
        offsetInProgress = Math.min(offsetInProgress, from);
    }
}
