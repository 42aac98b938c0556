package io.lightraft.node;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What somebody said about where a node can be reached, each as {@code host:port}; null where nothing was said. */
public record NodeAddresses(
        int nodeId,
        @Nullable String clientAddress,
        @Nullable String rpcAddress,
        @Nullable String httpAddress) {

    public static NodeAddresses unsaid(int nodeId) {
        return new NodeAddresses(nodeId, null, null, null);
    }

    public long raftId() {
        return nodeId + 1L;
    }

    boolean saysNothing() {
        return clientAddress == null && rpcAddress == null && httpAddress == null;
    }

    /**
     * The node at these addresses, and where nothing was said at those that are known.
     *
     * @throws ReplicaException.Rejected when one is missing
     */
    Member completedBy(@Nullable Member known) {
        List<String> missing = new ArrayList<>();
        Member member = new Member(
                nodeId,
                pick("clientAddress", clientAddress, known == null ? null : known.clientAddress(), missing),
                pick("rpcAddress", rpcAddress, known == null ? null : known.rpcAddress(), missing),
                pick("httpAddress", httpAddress, known == null ? null : known.httpAddress(), missing),
                known != null && known.staysLearner());
        if (!missing.isEmpty()) {
            throw new ReplicaException.Rejected(String.join(", ", missing) + (missing.size() == 1 ? " is" : " are")
                    + " missing: the leader's lightraft.toml does not name node " + nodeId
                    + ". Say where it is, each as \"host:port\".");
        }
        return member;
    }

    private static String pick(String field, @Nullable String said, @Nullable String known, List<String> missing) {
        String address = said != null ? said : known;
        if (address == null) {
            missing.add(field);
            return "";
        }
        return address;
    }
}
