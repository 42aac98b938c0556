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

    /** @return the exit code: 0 when it was recorded, 1 when it was not, with the reason printed */
    public int run(String[] arguments, UnaryOperator<@Nullable String> properties) {
        List<String> others = new ArrayList<>(List.of(arguments));
        others.remove(NAME);
        String index = others.stream()
                .filter(argument -> argument.startsWith(INDEX))
                .reduce("", (earlier, later) -> later.substring(INDEX.length()));
        others.removeIf(argument -> argument.startsWith(INDEX));
        return new OfflineRun("nothing was recorded", errors)
                .run(
                        () -> node(index, others.toArray(String[]::new), properties),
                        node -> record(node, Long.parseLong(index)));
    }

    private static OfflineNode node(String index, String[] others, UnaryOperator<@Nullable String> properties) {
        if (!index.matches("[1-9]\\d{0,17}")) {
            throw new StartupException("skip needs --index=N, the index of the entry that stops the node");
        }
        return OfflineNode.of(NAME, others, properties);
    }

    private int record(OfflineNode node, long index) {
        try (DurableLog log = node.openLog()) {
            if (index > log.lastIndex()) {
                out.println("the log of node " + node.index() + " ends at index " + log.lastIndex() + "; entry " + index
                        + " is still to come from the other nodes");
            }
            SqliteStateMachine.skip(node.database(), node.cluster().seed(), index);
        }
        out.println("node " + node.index() + " will apply entry " + index
                + " as one that does nothing. Give every other" + " node the same command, then start them.");
        return OfflineRun.DONE;
    }
}
