package io.lightraft.node;

/**
 * How much of the log is kept behind what the state holds, for followers that lag: who is further behind gets a
 * snapshot. The log is shortened when it has grown by half as much again.
 *
 * @param entries that are kept, at most
 * @param bytes of commands that are kept, at most
 * @param pinnedEntries kept at most for a follower that is being rebuilt from a snapshot: minutes of full load
 * @param pinnedBytes of commands kept at most for it; one that needs more than that is slower than the writes, and would
 *     need another snapshot for ever
 */
record LogRetention(long entries, long bytes, long pinnedEntries, long pinnedBytes) {

    static final LogRetention DEFAULT = new LogRetention(20_000, 64L << 20, 2_000_000, 4L << 30);

    static LogRetention ofEntries(long entries) {
        return new LogRetention(entries, DEFAULT.bytes, DEFAULT.pinnedEntries, DEFAULT.pinnedBytes);
    }
}
