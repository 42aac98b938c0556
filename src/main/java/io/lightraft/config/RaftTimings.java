package io.lightraft.config;

/** The {@code [raft]} block; {@link io.lightraft.node.ReplicaConfig} turns it into ticks. */
public record RaftTimings(int heartbeatIntervalMillis, int electionTimeoutMillis) {

    public static final RaftTimings DEFAULT = new RaftTimings(100, 1000);
}
