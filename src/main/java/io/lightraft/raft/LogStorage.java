package io.lightraft.raft;

import java.util.List;

/**
 * The part of the log that was handed to the storage, as the core reads it. Called on the raft loop only, and answers
 * from memory: a method that would have to go to disk throws {@link TemporarilyUnavailableException} and arranges that
 * the loop is told when it has what was asked for.
 *
 * <p>What the storage thread has written is visible here at the latest when its acknowledgement reaches the core.
 */
public interface LogStorage {

    /** The hard state as of the start; the core reads it once. */
    HardState initialHardState();

    /** The index of the first entry that {@link #entries} can give; one past the compaction point. */
    long firstIndex();

    /** The index of the last entry, or the compaction point when there is none. */
    long lastIndex();

    /**
     * The term of an entry, for indexes from {@code firstIndex() - 1} (the compaction point) to {@code lastIndex()}.
     *
     * @throws CompactedException when the index lies before that range
     * @throws UnavailableException when it lies after it
     */
    long term(long index);

    /**
     * The entries from {@code low} (inclusive) to {@code high} (exclusive), cut off when their size (as
     * {@link RaftLimits#sizeOf} counts it) would pass {@code maxBytes}, but at least one.
     *
     * @throws CompactedException when {@code low} lies before {@link #firstIndex()}
     * @throws UnavailableException when {@code high} lies after {@code lastIndex() + 1}
     * @throws TemporarilyUnavailableException when they are not in memory just now
     */
    List<Entry> entries(long low, long high, long maxBytes);

    /**
     * The newest snapshot, which a follower behind {@link #firstIndex()} is sent.
     *
     * @throws TemporarilyUnavailableException when there is none ready just now
     */
    Snapshot snapshot();

    /** The index was compacted away. */
    final class CompactedException extends RuntimeException {
        public CompactedException(String message) {
            super(message, null, false, false);
        }
    }

    /** The index lies past the end of the log. */
    final class UnavailableException extends RuntimeException {
        public UnavailableException(String message) {
            super(message, null, false, false);
        }
    }

    /** The answer exists but is not in memory; ask again later. */
    final class TemporarilyUnavailableException extends RuntimeException {
        public TemporarilyUnavailableException(String message) {
            super(message, null, false, false);
        }
    }
}
