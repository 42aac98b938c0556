package io.lightraft.config;

import io.lightraft.node.LogRelay;
import io.lightraft.sql.SqliteStateMachine;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.DurableLogOptions;
import io.lightraft.storage.LogIdentity;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code skip --index=N --node.index=I}: records in the data of a node that does not run that the entry N of the log is
 * to be applied as one that does nothing. The last resort against an entry that stops every node; only right if every
 * node is told the same, else the one that skips is found to differ and goes into quarantine.
 */
public final class SkipCommand {

    public static final String NAME = "skip";

    private static final String INDEX = "--index=";

    private final PrintStream out;
    private final PrintStream errors;

    public SkipCommand(PrintStream out, PrintStream errors) {
        this.out = out;
        this.errors = errors;
    }

    /** @return false when nothing was recorded, and the reason printed */
    public boolean run(String[] arguments, UnaryOperator<@Nullable String> properties) {
        NodeConfig node = null;
        try {
            List<String> others = new ArrayList<>();
            String index = null;
            for (String argument : arguments) {
                if (argument.startsWith(INDEX)) {
                    index = argument.substring(INDEX.length());
                } else if (!argument.equals(NAME)) {
                    others.add(argument);
                }
            }
            if (index == null || !index.matches("[1-9]\\d{0,17}")) {
                throw new StartupException("skip needs --index=N, the index of the entry that stops the node");
            }
            StartOptions options = StartOptions.of(others.toArray(String[]::new), properties);
            ClusterConfig cluster = ConfigFile.load(options.config());
            if (options.index() == null) {
                throw new StartupException("skip needs --node.index=N, the node whose data is meant");
            }
            node = options.select(cluster).get(0);
            record(cluster, node, Long.parseLong(index));
            return true;
        } catch (RuntimeException e) {
            errors.println(
                    e instanceof StartupException || node == null
                            ? String.valueOf(e.getMessage())
                            : "nothing was recorded: "
                                    + StartupFailure.of(e, node).line());
            return false;
        }
    }

    private void record(ClusterConfig cluster, NodeConfig node, long index) {
        Path database = cluster.driver().database(node.index());
        Path directory = cluster.driver().log(node.index());
        if (!Files.exists(database) || !Files.exists(directory)) {
            throw new StartupException("there is no data of node " + node.index() + " at " + database);
        }
        LogIdentity identity = new LogIdentity(cluster.name(), Integer.toString(node.index()));
        // The log comes first: it holds the lock by which a node that runs is noticed.
        try (DurableLog log = DurableLog.open(directory, identity, DurableLogOptions.DEFAULTS, new LogRelay())) {
            if (index > log.lastIndex()) {
                out.println("the log of node " + node.index() + " ends at index " + log.lastIndex() + "; entry " + index
                        + " is still to come from the other nodes");
            }
            SqliteStateMachine.skip(database, cluster.limits().ofCluster(), index);
        }
        out.println("node " + node.index() + " will apply entry " + index
                + " as one that does nothing. Give every other" + " node the same command, then start them.");
    }
}
