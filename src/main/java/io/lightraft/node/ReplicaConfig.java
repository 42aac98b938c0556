package io.lightraft.node;

import io.lightraft.raft.RaftConfig;
import java.util.List;

/**
 * The settings of one replica.
 *
 * @param nodeId this node's index
 * @param members the cluster as {@code lightraft.toml} describes it, this node included
 * @param tickMillis how long a tick of the core takes
 * @param heartbeatTicks ticks between a leader's heartbeats
 * @param electionTimeoutTicks ticks without a leader before a follower campaigns, at the least
 * @param maxPendingProposals proposals of this node without an outcome; further ones are refused as busy
 * @param maxPendingBytes their commands, in bytes
 * @param maxCommandBytes the largest command
 * @param logEntries that stay in the log behind what the state holds, for followers that lag
 * @param commandFormat see {@link #withCommandFormat}
 */
public record ReplicaConfig(
        int nodeId,
        List<Member> members,
        int tickMillis,
        int heartbeatTicks,
        int electionTimeoutTicks,
        int maxPendingProposals,
        long maxPendingBytes,
        int maxCommandBytes,
        long logEntries,
        int commandFormat) {

    private static final int MAX_PENDING_PROPOSALS = 20_000;
    private static final long MAX_PENDING_BYTES = 64L << 20;
    private static final int MAX_COMMAND_BYTES = 32 << 20;
    private static final int TICKS_PER_HEARTBEAT = 5;
    private static final int ANY_COMMAND_FORMAT = 0xff;

    /** To one peer; what is more would only fill the transport's queue, and be dropped there. */
    private static final long MAX_INFLIGHT_BYTES = 8 << 20;

    public ReplicaConfig {
        members = List.copyOf(members);
    }

    /** The default limits; a heartbeat takes {@value #TICKS_PER_HEARTBEAT} ticks, so that elections spread finely. */
    public static ReplicaConfig of(
            int nodeId, List<Member> members, int heartbeatIntervalMillis, int electionTimeoutMillis) {
        int tickMillis = Math.max(1, heartbeatIntervalMillis / TICKS_PER_HEARTBEAT);
        return new ReplicaConfig(
                nodeId,
                members,
                tickMillis,
                Math.max(1, heartbeatIntervalMillis / tickMillis),
                Math.max(2, electionTimeoutMillis / tickMillis),
                MAX_PENDING_PROPOSALS,
                MAX_PENDING_BYTES,
                MAX_COMMAND_BYTES,
                LogRetention.DEFAULT.entries(),
                ANY_COMMAND_FORMAT);
    }

    public ReplicaConfig withLogEntries(long entries) {
        return new ReplicaConfig(
                nodeId,
                members,
                tickMillis,
                heartbeatTicks,
                electionTimeoutTicks,
                maxPendingProposals,
                maxPendingBytes,
                maxCommandBytes,
                entries,
                commandFormat);
    }

    /** @param newest format of commands, their first byte, that this release can read; a newer one is not appended */
    public ReplicaConfig withCommandFormat(int newest) {
        return new ReplicaConfig(
                nodeId,
                members,
                tickMillis,
                heartbeatTicks,
                electionTimeoutTicks,
                maxPendingProposals,
                maxPendingBytes,
                maxCommandBytes,
                logEntries,
                newest);
    }

    public long raftId() {
        return nodeId + 1L;
    }

    /**
     * The settings of the core.
     *
     * @param applied where it goes on
     * @param seed of its jitter
     */
    RaftConfig ofCore(StateMachine.Applied applied, long seed) {
        return RaftConfig.builder(raftId())
                .electionTimeoutTicks(electionTimeoutTicks)
                .heartbeatTicks(heartbeatTicks)
                .maxInflightBytes(MAX_INFLIGHT_BYTES)
                .stepDownOnRemoval(false)
                .appliedIndex(applied.index())
                .confState(applied.confState())
                .seed(seed)
                .build();
    }
}
