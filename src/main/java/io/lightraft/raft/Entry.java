package io.lightraft.raft;

import java.util.Arrays;

/**
 * One entry of the log.
 *
 * @param term the term of the leader that appended it, at least 1 once it is in a log
 * @param index its place in the log, at least 1 once it is in a log
 * @param data the command; shared, never modified by anybody
 */
public record Entry(long term, long index, EntryType type, byte[] data) {

    private static final byte[] NO_DATA = {};

    public static Entry normal(long term, long index, byte[] data) {
        return new Entry(term, index, EntryType.NORMAL, data);
    }

    public static Entry empty(long term, long index) {
        return normal(term, index, NO_DATA);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry that
                && term == that.term
                && index == that.index
                && type == that.type
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(term * 31 + index);
    }

    @Override
    public String toString() {
        return term + "/" + index + " " + type + " " + data.length + " B";
    }
}
