package io.lightraft.server.admin;

import io.lightraft.node.ContentHashes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /admin/verify}: hashes the content of every node as of one index, while writes go on, and answers with all
 * hashes: {@code index}, {@code equal}, and for each node {@code nodeId}, {@code index}, {@code hash} (null when it did
 * not answer within {@code timeout}) and {@code equal} (whether it has what a majority has; null when that is not
 * known).
 */
final class VerifyRoutes {

    /** Every node reads all it has. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    private final Function<Duration, ContentHashes> verify;

    VerifyRoutes(Function<Duration, ContentHashes> verify) {
        this.verify = verify;
    }

    List<AdminRoute> all() {
        return List.of(new AdminRoute(
                "POST", "verify", false, request -> json(verify.apply(request.timeoutOr(DEFAULT_TIMEOUT)))));
    }

    private static Map<String, Object> json(ContentHashes hashes) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("index", hashes.index());
        json.put("equal", hashes.equal());
        json.put(
                "nodes",
                hashes.nodes().stream().map(node -> json(node, hashes.index())).toList());
        return json;
    }

    private static Map<String, @Nullable Object> json(ContentHashes.OfNode node, long index) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("nodeId", node.nodeId());
        json.put("index", index);
        json.put("hash", node.hash());
        json.put("equal", node.equal());
        return json;
    }
}
