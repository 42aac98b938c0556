package io.lightraft.node;

/**
 * A node of the cluster and where it can be reached. Addresses are {@code host:port}.
 *
 * @param nodeId its index in {@code lightraft.toml}; its raft id is one more
 * @param staysLearner as a learner it is not promoted by itself, since somebody has taken its vote away
 */
public record Member(int nodeId, String clientAddress, String rpcAddress, String httpAddress, boolean staysLearner) {

    public Member(int nodeId, String clientAddress, String rpcAddress, String httpAddress) {
        this(nodeId, clientAddress, rpcAddress, httpAddress, false);
    }

    public long raftId() {
        return nodeId + 1L;
    }

    Member stayingLearner(boolean stays) {
        return new Member(nodeId, clientAddress, rpcAddress, httpAddress, stays);
    }
}
