package io.lightraft.config;

import io.lightraft.node.LogRelay;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.LogIdentity;
import io.lightraft.storage.StorageInUseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The node whose data a command works on that is given instead of a start. */
record OfflineNode(ClusterConfig cluster, NodeConfig node) {

    /**
     * @param command its name, for messages
     * @param arguments without the command's own
     * @throws StartupException when no node is named, or it has no data
     */
    static OfflineNode of(String command, String[] arguments, UnaryOperator<@Nullable String> properties) {
        StartOptions options = StartOptions.of(arguments, properties);
        ClusterConfig cluster = ConfigFile.load(options.config());
        if (options.index() == null) {
            throw new StartupException(command + " needs --node.index=N, the node whose data is meant");
        }
        OfflineNode chosen = new OfflineNode(cluster, options.select(cluster).get(0));
        if (!Files.exists(chosen.database()) || !Files.exists(chosen.log())) {
            throw new StartupException("there is no data of node " + chosen.index() + " at " + chosen.database());
        }
        return chosen;
    }

    int index() {
        return node.index();
    }

    Path database() {
        return cluster.driver().database(index());
    }

    private Path log() {
        return cluster.driver().log(index());
    }

    /**
     * To be opened first: it holds the lock by which a node that runs is noticed.
     *
     * @throws StartupException when it does
     */
    DurableLog openLog() {
        LogIdentity identity = new LogIdentity(cluster.name(), Integer.toString(index()));
        try {
            return DurableLog.openOffline(log(), identity, new LogRelay());
        } catch (StorageInUseException e) {
            throw new StartupException(e.getMessage() + "; stop node " + index() + " first");
        }
    }
}
