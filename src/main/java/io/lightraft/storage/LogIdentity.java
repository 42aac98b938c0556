package io.lightraft.storage;

/**
 * Whose log it is; stands in the header of every segment and is compared at the start.
 *
 * @param nodeId the node's index as people write it: "0"
 */
public record LogIdentity(String clusterName, String nodeId) {

    String describe() {
        return "node " + nodeId + " of cluster " + clusterName;
    }
}
