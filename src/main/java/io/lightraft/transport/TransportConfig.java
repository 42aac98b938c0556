package io.lightraft.transport;

import java.util.List;
import java.util.UUID;

/**
 * What the transport of one node must know.
 *
 * @param selfId this node's raft id (its index + 1)
 * @param peers the other nodes as of the start; this node itself may be among them and is left out
 * @param softwareVersion told to peers, for their logs
 * @param incarnation names this run of the process
 * @param electionTimeoutMillis how long a peer may be silent, a write blocked or a connection under way
 * @param keepAliveMillis how often an idle stream gets an empty line; at most half the election timeout
 * @param maxQueuedFrames per peer and lane
 * @param maxQueuedBytes per peer and lane; a single frame may be larger
 * @param maxLineBytes in both directions
 * @param lineage of this node's data
 */
public record TransportConfig(
        String clusterName,
        long selfId,
        List<Peer> peers,
        String softwareVersion,
        UUID incarnation,
        int electionTimeoutMillis,
        int keepAliveMillis,
        int maxQueuedFrames,
        long maxQueuedBytes,
        int maxLineBytes,
        Lineage lineage) {

    public TransportConfig {
        peers = List.copyOf(peers);
        if (electionTimeoutMillis < 1 || keepAliveMillis < 1 || keepAliveMillis * 2L > electionTimeoutMillis) {
            throw new IllegalArgumentException("keepAliveMillis must be at least 1 and at most half of"
                    + " electionTimeoutMillis, but they are " + keepAliveMillis + " and " + electionTimeoutMillis);
        }
        if (maxQueuedFrames < 1 || maxQueuedBytes < 1 || maxLineBytes < 1) {
            throw new IllegalArgumentException("the transport's limits must be positive");
        }
    }

    long selfIndex() {
        return selfId - 1;
    }

    /** The usual limits, and a keep-alive every third of the election timeout. */
    public static TransportConfig of(
            String clusterName,
            long selfId,
            List<Peer> peers,
            String softwareVersion,
            UUID incarnation,
            int electionTimeoutMillis) {
        return new TransportConfig(
                clusterName,
                selfId,
                peers,
                softwareVersion,
                incarnation,
                electionTimeoutMillis,
                Math.max(1, Math.min(500, electionTimeoutMillis / 3)),
                4096,
                32L << 20,
                64 << 20,
                Lineage.original());
    }

    public TransportConfig withLineage(Lineage other) {
        return new TransportConfig(
                clusterName,
                selfId,
                peers,
                softwareVersion,
                incarnation,
                electionTimeoutMillis,
                keepAliveMillis,
                maxQueuedFrames,
                maxQueuedBytes,
                maxLineBytes,
                other);
    }
}
