package io.lightraft.config;

import io.lightraft.sql.SqliteStateMachine;
import io.lightraft.storage.DurableLog;
import java.io.PrintStream;
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
        OfflineNode node = null;
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
            node = OfflineNode.of(NAME, others.toArray(String[]::new), properties);
            record(node, Long.parseLong(index));
            return true;
        } catch (RuntimeException e) {
            errors.println(
                    node == null
                            ? String.valueOf(e.getMessage())
                            : "nothing was recorded: "
                                    + StartupFailure.of(e, node.node()).line());
            return false;
        }
    }

    private void record(OfflineNode node, long index) {
        try (DurableLog log = node.openLog()) {
            if (index > log.lastIndex()) {
                out.println("the log of node " + node.index() + " ends at index " + log.lastIndex() + "; entry " + index
                        + " is still to come from the other nodes");
            }
            SqliteStateMachine.skip(node.database(), node.cluster().limits().ofCluster(), index);
        }
        out.println("node " + node.index() + " will apply entry " + index
                + " as one that does nothing. Give every other" + " node the same command, then start them.");
    }
}
