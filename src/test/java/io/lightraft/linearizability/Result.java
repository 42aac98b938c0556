package io.lightraft.linearizability;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A verdict and its reasons.
 *
 * @param configurations how many different situations were looked at: the work it took
 * @param obstacle how far the partition went that decided the verdict; null if the verdict is OK
 */
public record Result<S, I, O>(
        Verdict verdict, long configurations, @Nullable Obstacle<S, I, O> obstacle) {

    private static final int SHOWN = 20;

    /** One operation of the order that was found, and the state after it. */
    public record Step<S, I, O>(Operation<I, O> operation, S state) {}

    /**
     * The first answer that can't be explained. Until it came the history is linearizable: all answers before it
     * stand in the prefix. Operations that were answered later are open in the prefix, as they were at that time.
     *
     * <p>If the checker gave up, the prefix is the longest order it had found.
     *
     * @param partition which part of the object
     * @param prefix an order that explains all answers before that of the stuck operation
     * @param stuck the operation that can't be placed (or, if the checker gave up, was not)
     * @param pending what else had been called by the time it returned, and is not in the prefix; empty if the checker
     *     gave up
     */
    public record Obstacle<S, I, O>(
            Object partition, List<Step<S, I, O>> prefix, Operation<I, O> stuck, List<Operation<I, O>> pending) {}

    /** The reasons, for people: several lines. */
    public String describe() {
        if (obstacle == null) {
            return verdict + " after " + configurations + " configurations";
        }
        List<Step<S, I, O>> prefix = obstacle.prefix();
        int hidden = Math.max(0, prefix.size() - SHOWN);
        String order = prefix.stream()
                .skip(hidden)
                .map(step -> "  " + step.operation() + "   => " + step.state() + "\n")
                .collect(Collectors.joining());
        String others = obstacle.pending().stream()
                .limit(SHOWN)
                .map(operation -> "  " + operation + "\n")
                .collect(Collectors.joining());
        int more = Math.max(0, obstacle.pending().size() - SHOWN);
        return verdict + " after " + configurations + " configurations, in partition " + obstacle.partition() + "\n"
                + "An order that explains all answers up to here (" + prefix.size() + " operations, " + hidden
                + " not shown):\n" + order
                + (verdict == Verdict.GAVE_UP ? "Not placed so far:\n  " : "Can't be placed:\n  ")
                + obstacle.stuck() + "\n"
                + "Called by then, not in that order (" + more + " not shown):\n" + others;
    }
}
