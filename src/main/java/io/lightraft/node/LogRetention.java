package io.lightraft.node;

/**
 * How much of the log is kept behind what the state holds, for followers that lag: who is further behind gets a
 * snapshot. The log is shortened when it has grown by half as much again.
 *
 * @param entries that are kept, at most
 * @param bytes of commands that are kept, at most
 * @param pinnedEntries kept at most for a follower that is getting a snapshot, which the entries after it have to follow
 */
record LogRetention(long entries, long bytes, long pinnedEntries) {

    static final LogRetention DEFAULT = new LogRetention(20_000, 64L << 20, 2_000_000);

    static LogRetention ofEntries(long entries) {
        return new LogRetention(entries, DEFAULT.bytes, DEFAULT.pinnedEntries);
    }
}
