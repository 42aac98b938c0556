package io.lightraft.storage;

import java.util.Arrays;

/**
 * Values that hold for runs of indexes: a sorted list of (first index, value), each valid up to the next one's first
 * index. Costs 16 bytes per run. Not thread-safe.
 */
final class IndexRuns {

    private long[] firsts = new long[16];
    private long[] values = new long[16];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** From {@code first} on, the value is {@code value}; {@code first} lies past all runs. */
    void add(long first, long value) {
        if (size > 0 && first <= firsts[size - 1]) {
            throw new IllegalStateException("a run at " + first + " after one at " + firsts[size - 1]);
        }
        if (size == firsts.length) {
            firsts = Arrays.copyOf(firsts, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        firsts[size] = first;
        values[size] = value;
        size++;
    }

    boolean endsWith(long value) {
        return size > 0 && values[size - 1] == value;
    }

    /** The value at {@code index}, which must not lie before the first run. */
    long valueAt(long index) {
        return values[slotOf(index)];
    }

    /** The index at which the run that holds {@code index} ends (exclusive); {@code Long.MAX_VALUE} for the last. */
    long endOf(long index) {
        int slot = slotOf(index);
        return slot + 1 < size ? firsts[slot + 1] : Long.MAX_VALUE;
    }

    long firstValue() {
        return values[0];
    }

    /** Forgets the runs that begin at {@code index} or later; one that began before it stays. */
    void truncateFrom(long index) {
        while (size > 0 && firsts[size - 1] >= index) {
            size--;
        }
    }

    /** Forgets the runs that end at {@code index} or before it. */
    void dropThrough(long index) {
        int keep = 0;
        while (keep + 1 < size && firsts[keep + 1] <= index + 1) {
            keep++;
        }
        System.arraycopy(firsts, keep, firsts, 0, size - keep);
        System.arraycopy(values, keep, values, 0, size - keep);
        size -= keep;
    }

    void clear() {
        size = 0;
    }

    private int slotOf(long index) {
        int slot = Arrays.binarySearch(firsts, 0, size, index);
        int floor = slot >= 0 ? slot : -slot - 2;
        if (floor < 0) {
            throw new IllegalStateException("no run holds index " + index);
        }
        return floor;
    }
}
