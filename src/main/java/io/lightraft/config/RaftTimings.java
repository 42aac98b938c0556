package io.lightraft.config;

/** The {@code [raft]} block. A tick of the core's clock is one heartbeat interval. */
public record RaftTimings(int heartbeatIntervalMillis, int electionTimeoutMillis) {

    public static final RaftTimings DEFAULT = new RaftTimings(100, 1000);

    /** The election timeout as ticks, rounded up: at least 2, as the heartbeat interval is the shorter of the two. */
    public int electionTimeoutTicks() {
        return (electionTimeoutMillis + heartbeatIntervalMillis - 1) / heartbeatIntervalMillis;
    }
}
