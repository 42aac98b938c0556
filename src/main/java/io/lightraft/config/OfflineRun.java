package io.lightraft.config;

import java.io.IOException;
import java.io.PrintStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * How a command is run that works on the data of a node which does not run: whatever goes wrong is told in one line.
 *
 * @param failure what is told before the reason, once it is known which node is meant
 */
record OfflineRun(String failure, PrintStream errors) {

    static final int DONE = 0;
    static final int FAILED = 1;

    /** What the command does. */
    interface Work {

        /** @return the exit code */
        int on(OfflineNode node) throws IOException, InterruptedException;
    }

    /**
     * @param which reads the rest of the command line
     * @return the exit code; 1 when something went wrong, with the reason printed
     */
    int run(Supplier<OfflineNode> which, Work work) {
        @Nullable OfflineNode node = null;
        try {
            node = which.get();
            MDC.put("node", Integer.toString(node.index()));
            return work.on(node);
        } catch (IOException | RuntimeException e) {
            errors.println(
                    node == null
                            ? String.valueOf(e.getMessage())
                            : failure + ": " + StartupFailure.of(e, node.node()).line());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        } finally {
            MDC.remove("node");
        }
    }
}
