package io.lightraft.storage;

import io.lightraft.raft.Entry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of older entries that were read back from disk, for followers that lag and for the applier at the start;
 * the one that was not asked for the longest goes first. Not thread-safe.
 */
final class LoadedRanges {

    private record Range(List<Entry> entries, long bytes) {

        long first() {
            return entries.get(0).index();
        }

        long end() {
            return first() + entries.size();
        }

        boolean holds(long index) {
            return index >= first() && index < end();
        }
    }

    private final long maxBytes;

    /** The most recently used one last. */
    private final List<Range> ranges = new ArrayList<>();

    private long bytes;

    LoadedRanges(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Nullable
    Entry get(long index) {
        for (int i = ranges.size() - 1; i >= 0; i--) {
            Range range = ranges.get(i);
            if (range.holds(index)) {
                if (i < ranges.size() - 1) {
                    ranges.remove(i);
                    ranges.add(range);
                }
                return range.entries.get((int) (index - range.first()));
            }
        }
        return null;
    }

    /** Takes in a contiguous range. It stays at least until the next one comes, however large it is. */
    void add(List<Entry> entries) {
        Range range = new Range(
                entries, entries.stream().mapToLong(EntryCache::sizeOf).sum());
        removeIf(other -> other.first() >= range.first() && other.end() <= range.end());
        ranges.add(range);
        bytes += range.bytes;
        while (bytes > maxBytes && ranges.size() > 1) {
            bytes -= ranges.remove(0).bytes;
        }
    }

    /** Forgets every range that holds an index from {@code index} on. */
    void truncateFrom(long index) {
        removeIf(range -> range.end() > index);
    }

    void dropThrough(long index) {
        removeIf(range -> range.end() <= index + 1);
    }

    void clear() {
        ranges.clear();
        bytes = 0;
    }

    private void removeIf(Predicate<Range> unwanted) {
        for (Iterator<Range> it = ranges.iterator(); it.hasNext(); ) {
            Range range = it.next();
            if (unwanted.test(range)) {
                bytes -= range.bytes;
                it.remove();
            }
        }
    }
}
