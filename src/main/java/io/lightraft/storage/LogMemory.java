package io.lightraft.storage;

import io.lightraft.raft.Entry;
import io.lightraft.raft.LogStorage.CompactedException;
import io.lightraft.raft.LogStorage.TemporarilyUnavailableException;
import io.lightraft.raft.LogStorage.UnavailableException;
import io.lightraft.raft.RaftLimits;
import io.lightraft.raft.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the log without going to disk: bounds, the term of every entry, the newest entries, where on disk
 * each entry is. Thread-safe; no method does I/O or waits for anything but the others.
 */
final class LogMemory {

    private final long cacheBytes;
    private final IndexRuns terms = new IndexRuns();

    /** Where the frame is that holds an entry (see {@link Segment#location}). */
    private final IndexRuns frames = new IndexRuns();

    private final EntryCache cache = new EntryCache();
    private final LoadedRanges loaded;
    private LogPoint compacted;
    private long lastIndex;
    private @Nullable Snapshot snapshot;

    /** Counts the times that entries ceased to be what they were; a load that spans one is void. */
    private long epoch;

    /**
     * @param lastIndex where the log ends; the entries up to it are unknown until they are appended again or
     *     compacted away, see {@link #isWhole}
     */
    LogMemory(DurableLogOptions options, LogPoint compacted, long lastIndex) {
        this.cacheBytes = options.cacheBytes();
        this.loaded = new LoadedRanges(options.readAheadBytes());
        this.compacted = compacted;
        this.lastIndex = lastIndex;
        if (lastIndex > compacted.index()) {
            terms.add(compacted.index() + 1, 0);
        }
    }

    /** Whether every entry between the compaction point and the end is known. Unknown ones have term 0. */
    synchronized boolean isWhole() {
        return lastIndex == compacted.index() || terms.valueAt(compacted.index() + 1) != 0;
    }

    /** @throws IllegalArgumentException when the entries leave a gap or overwrite what was compacted */
    synchronized void requireFits(List<Entry> entries) {
        long first = entries.get(0).index();
        if (first <= compacted.index() || first > lastIndex + 1) {
            throw new IllegalArgumentException(
                    "entry " + first + " does not fit the log, which goes on from " + compacted + " to " + lastIndex);
        }
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.index() != first + i || entry.term() < 1) {
                throw new IllegalArgumentException("entry " + (first + i) + " expected, not " + entry);
            }
        }
    }

    /** Entries that {@link #requireFits}; what was at their place and after it is forgotten. */
    synchronized void append(List<Entry> entries) {
        long first = entries.get(0).index();
        if (first <= lastIndex) {
            terms.truncateFrom(first);
            frames.truncateFrom(first);
            cache.truncateFrom(first);
            loaded.truncateFrom(first);
            epoch++;
        }
        for (Entry entry : entries) {
            if (!terms.endsWith(entry.term())) {
                terms.add(entry.index(), entry.term());
            }
            cache.add(entry);
        }
        lastIndex = first + entries.size() - 1;
    }

    /** The entries from {@code first} to {@code last} are on disk in the frame at {@code location}. */
    synchronized void written(long first, long last, long location) {
        frames.add(first, location);
        cache.evict(cacheBytes, last);
    }

    /** The log holds nothing and goes on after {@code point}. */
    synchronized void restart(LogPoint point) {
        terms.clear();
        frames.clear();
        cache.clear();
        loaded.clear();
        epoch++;
        compacted = point;
        lastIndex = point.index();
    }

    /** Entries up to {@code point} are gone; a point at or before the present one changes nothing. */
    synchronized void compact(LogPoint point) {
        if (point.index() <= compacted.index()) {
            return;
        }
        compacted = point;
        terms.dropThrough(point.index());
        frames.dropThrough(point.index());
        cache.dropThrough(point.index());
        loaded.dropThrough(point.index());
        if (point.index() == lastIndex) {
            terms.clear();
            frames.clear();
        }
    }

    /** The segment before which no entry is, or {@code Long.MAX_VALUE} when no entry is on disk. */
    synchronized long oldestNeededSegment() {
        return frames.isEmpty() ? Long.MAX_VALUE : Segment.numberOf(frames.firstValue());
    }

    synchronized LogPoint compacted() {
        return compacted;
    }

    synchronized long lastIndex() {
        return lastIndex;
    }

    synchronized LogPoint last() {
        return new LogPoint(lastIndex, term(lastIndex));
    }

    synchronized long term(long index) {
        if (index < compacted.index()) {
            throw compactedAway(index);
        }
        if (index > lastIndex) {
            throw new UnavailableException("entry " + index + " lies after the last one, " + lastIndex);
        }
        return index == compacted.index() ? compacted.term() : terms.valueAt(index);
    }

    /**
     * What was found.
     *
     * @param missing the first index that was asked for and is not in memory; 0 when nothing is missing
     */
    record Found(List<Entry> entries, long missing) {}

    /** See {@link io.lightraft.raft.LogStorage#entries}; but says what is missing instead of throwing. */
    synchronized Found find(long low, long high, long maxBytes) {
        if (low <= compacted.index()) {
            throw compactedAway(low);
        }
        if (high > lastIndex + 1) {
            throw new UnavailableException("entry " + (high - 1) + " lies after the last one, " + lastIndex);
        }
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        for (long index = low; index < high; index++) {
            Entry entry = cache.get(index);
            if (entry == null) {
                entry = loaded.get(index);
            }
            if (entry == null) {
                return new Found(entries, index);
            }
            bytes += RaftLimits.sizeOf(entry);
            if (bytes > maxBytes && !entries.isEmpty()) {
                break;
            }
            entries.add(entry);
        }
        return new Found(entries, 0);
    }

    /**
     * Where to load an entry from.
     *
     * @param end the frame at {@code location} holds the wanted entries up to this index (exclusive)
     * @param cachedFrom the cache holds the entries from this index on
     */
    record Place(long location, long end, long cachedFrom, long epoch) {}

    /** Null when the entry need not be loaded any more: it is in the cache, or gone. */
    synchronized @Nullable Place place(long index) {
        long cached = cache.firstOr(lastIndex + 1);
        if (index <= compacted.index() || index >= cached) {
            return null;
        }
        return new Place(frames.valueAt(index), Math.min(frames.endOf(index), cached), cached, epoch);
    }

    /** Takes in entries that were loaded, unless the log has changed under the loader's hands. */
    synchronized void loaded(List<Entry> entries, long epochOfLoad) {
        if (epochOfLoad == epoch && !entries.isEmpty()) {
            loaded.add(entries);
        }
    }

    synchronized void setSnapshot(Snapshot newest) {
        snapshot = newest;
    }

    synchronized Snapshot snapshot() {
        if (snapshot == null || snapshot.metadata().index() < compacted.index()) {
            throw new TemporarilyUnavailableException("no snapshot is ready that the log goes on from");
        }
        return snapshot;
    }

    private CompactedException compactedAway(long index) {
        return new CompactedException("entry " + index + " was compacted away, up to " + compacted.index());
    }
}
