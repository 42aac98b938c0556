package io.lightraft.storage;

import io.lightraft.raft.Entry;
import org.jspecify.annotations.Nullable;

/** The newest entries, in a ring that grows; contiguous up to the end of the log. Not thread-safe. */
final class EntryCache {

    /** What an entry costs besides its data: the record, the array's head, the slot. */
    private static final int OVERHEAD_BYTES = 64;

    private @Nullable Entry[] ring = new @Nullable Entry[64];
    private long first;
    private int size;
    private long bytes;

    static long sizeOf(Entry entry) {
        return entry.data().length + OVERHEAD_BYTES;
    }

    /** The entry, or null when it is not here. */
    @Nullable
    Entry get(long index) {
        return index >= first && index < first + size ? ring[slotOf(index)] : null;
    }

    /** The index from which on all entries are here: that of the oldest, or {@code next} when there are none. */
    long firstOr(long next) {
        return size == 0 ? next : first;
    }

    /** {@code entry} follows the newest one, unless there are none. */
    void add(Entry entry) {
        if (size == 0) {
            first = entry.index();
        }
        if (size == ring.length) {
            grow();
        }
        ring[slotOf(entry.index())] = entry;
        size++;
        bytes += sizeOf(entry);
    }

    void truncateFrom(long index) {
        while (size > 0 && first + size - 1 >= index) {
            remove(first + size - 1);
        }
    }

    void dropThrough(long index) {
        while (size > 0 && first <= index) {
            remove(first);
            first++;
        }
    }

    /** Lets the oldest go while there is more than {@code maxBytes}, but none after {@code lastToGo}. */
    void evict(long maxBytes, long lastToGo) {
        while (size > 1 && bytes > maxBytes && first <= lastToGo) {
            remove(first);
            first++;
        }
    }

    void clear() {
        truncateFrom(first);
    }

    private void remove(long index) {
        int slot = slotOf(index);
        Entry entry = ring[slot];
        ring[slot] = null;
        size--;
        bytes -= entry == null ? 0 : sizeOf(entry);
    }

    private void grow() {
        @Nullable Entry[] larger = new @Nullable Entry[ring.length * 2];
        for (long index = first; index < first + size; index++) {
            larger[(int) (index & (larger.length - 1))] = ring[slotOf(index)];
        }
        ring = larger;
    }

    /** The ring's length is a power of two. */
    private int slotOf(long index) {
        return (int) (index & (ring.length - 1));
    }
}
