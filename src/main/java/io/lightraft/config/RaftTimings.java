package io.lightraft.config;

/**
 * The {@code [raft]} block; {@link io.lightraft.node.ReplicaConfig} turns times into ticks.
 *
 * @param logEntries that stay in the log for followers that lag; who is further behind gets a snapshot
 */
public record RaftTimings(int heartbeatIntervalMillis, int electionTimeoutMillis, int logEntries) {

    public static final RaftTimings DEFAULT = new RaftTimings(100, 1000);

    private static final int LOG_ENTRIES = 20_000;

    public RaftTimings(int heartbeatIntervalMillis, int electionTimeoutMillis) {
        this(heartbeatIntervalMillis, electionTimeoutMillis, LOG_ENTRIES);
    }
}
