package io.lightraft.config;

import io.lightraft.node.Member;
import io.lightraft.sql.ClusterLimits;
import io.lightraft.transport.Peer;
import java.util.List;

/**
 * All of {@code lightraft.toml}, checked.
 *
 * @param file its name, for messages
 * @param name the cluster's; nodes of another name are refused
 * @param nodes by index, at least one
 */
public record ClusterConfig(
        String file, String name, List<NodeConfig> nodes, DriverConfig driver, RaftTimings raft, Limits limits) {

    public ClusterConfig {
        nodes = List.copyOf(nodes);
    }

    public List<Member> members() {
        return nodes.stream().map(NodeConfig::member).toList();
    }

    /** What a new database keeps; one that is there has its own. */
    ClusterLimits seed() {
        return limits.ofCluster(driver.foreignKeys());
    }

    public List<Peer> peers() {
        return nodes.stream().map(NodeConfig::peer).toList();
    }
}
