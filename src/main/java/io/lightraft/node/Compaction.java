package io.lightraft.node;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Decides how far the log may be shortened: only what the state holds durably goes, less what is kept for followers
 * that lag. Owned by the apply worker.
 */
final class Compaction {

    /** A look at the disk is not free, so after one in vain some more entries come first, at most so many. */
    private static final long MAX_ENTRIES_PER_LOOK = 100;

    private static final long BYTES_PER_MARK = 1 << 20;

    /** The commands up to {@code index} had so many bytes since the start. */
    private record Mark(long index, long bytes) {}

    private final LogRetention retention;
    private final StateFile state;
    private final LongSupplier pinnedIndex;
    private final LongConsumer shorten;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private long compactedIndex;
    private long appliedIndex;
    private long appliedBytes;
    private long nextLookIndex;

    /**
     * @param compactedIndex where the log begins
     * @param pinnedIndex behind which entries are kept for followers that are being rebuilt; {@link Long#MAX_VALUE}
     *     without any
     * @param shorten asks the storage worker for it
     */
    Compaction(
            LogRetention retention,
            StateFile state,
            long compactedIndex,
            LongSupplier pinnedIndex,
            LongConsumer shorten) {
        this.retention = retention;
        this.state = state;
        this.compactedIndex = compactedIndex;
        this.pinnedIndex = pinnedIndex;
        this.shorten = shorten;
        marks.add(new Mark(compactedIndex, 0));
    }

    void applied(long index, long bytes) {
        appliedIndex = index;
        appliedBytes += bytes;
        if (appliedBytes - marks.getLast().bytes() >= BYTES_PER_MARK) {
            marks.add(new Mark(index, appliedBytes));
        }
    }

    /** The log begins anew behind a snapshot. */
    void restarted(long snapshotIndex) {
        appliedIndex = snapshotIndex;
        compactedIndex = snapshotIndex;
        marks.clear();
        marks.add(new Mark(snapshotIndex, appliedBytes));
    }

    /** To be called between batches. */
    void compactIfDue() {
        boolean due = appliedIndex - compactedIndex > retention.entries() * 3 / 2
                || appliedBytes - marks.getFirst().bytes() > retention.bytes() * 3 / 2;
        if (due && appliedIndex >= nextLookIndex) {
            nextLookIndex = appliedIndex + Math.min(MAX_ENTRIES_PER_LOOK, retention.entries());
            compact(Math.max(appliedIndex - retention.entries(), indexOfKept(retention.bytes())));
        }
    }

    /** Keeps nothing before this index for followers that lag, but what is pinned. */
    void compactTo(long index) {
        compact(Math.min(index, appliedIndex));
    }

    private long indexOfKept(long bytes) {
        long index = 0;
        for (Mark mark : marks) {
            if (appliedBytes - mark.bytes() < bytes) {
                break;
            }
            index = mark.index();
        }
        return index;
    }

    private void compact(long wanted) {
        long mostPinned = Math.max(appliedIndex - retention.pinnedEntries(), indexOfKept(retention.pinnedBytes()));
        long target = Math.min(wanted, Math.max(pinnedIndex.getAsLong(), mostPinned));
        if (target > compactedIndex && state.makeDurable()) {
            compactedIndex = target;
            while (marks.size() > 1 && marks.getFirst().index() < target) {
                marks.poll();
            }
            shorten.accept(target);
        }
    }
}
