package io.lightraft.node;

/**
 * A node of the cluster and where it can be reached. Addresses are {@code host:port}.
 *
 * @param nodeId its index in {@code lightraft.toml}; its raft id is one more
 */
public record Member(int nodeId, String clientAddress, String rpcAddress, String httpAddress) {

    public long raftId() {
        return nodeId + 1L;
    }
}
