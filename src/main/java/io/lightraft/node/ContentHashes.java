package io.lightraft.node;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of all nodes as of one index.
 *
 * @param equal every node has answered, and all with the same hash
 */
public record ContentHashes(long index, boolean equal, List<OfNode> nodes) {

    /**
     * @param hash null when the node did not answer in time
     * @param equal whether it is what a majority of the voters has; null when that can't be said
     */
    public record OfNode(
            int nodeId, @Nullable String hash, @Nullable Boolean equal) {}
}
