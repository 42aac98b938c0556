package io.lightraft.linearizability;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Decides whether a history is linearizable. It takes the partitions of a history one by one; {@link Search} has the
 * algorithm. In the worst case the work grows exponentially with the number of operations that run at the same time,
 * so it is bounded.
 */
public final class Checker {

    private static final long DEFAULT_BOUND = 2_000_000;

    private final long maxConfigurations;

    public Checker() {
        this(DEFAULT_BOUND);
    }

    /** @param maxConfigurations how many configurations it may remember for one partition before it gives up */
    public Checker(long maxConfigurations) {
        this.maxConfigurations = maxConfigurations;
    }

    /**
     * Checks a whole history, from the initial state on, in any order of the list. One partition that is not
     * linearizable decides, even if another one was too hard.
     */
    public <S, I, O> Result<S, I, O> check(Model<S, I, O> model, List<Operation<I, O>> history) {
        Map<Object, List<Operation<I, O>>> partitions = history.stream()
                .collect(Collectors.groupingBy(
                        operation -> model.partition(operation.input()), LinkedHashMap::new, Collectors.toList()));
        Result<S, I, O> worst = new Result<>(Verdict.OK, 0, null);
        long configurations = 0;
        for (Map.Entry<Object, List<Operation<I, O>>> partition : partitions.entrySet()) {
            Result<S, I, O> result =
                    new Search<>(model, partition.getKey(), partition.getValue(), maxConfigurations).run();
            configurations += result.configurations();
            if (result.verdict() == Verdict.NOT_LINEARIZABLE) {
                return new Result<>(result.verdict(), configurations, result.obstacle());
            }
            if (result.verdict() == Verdict.GAVE_UP) {
                worst = result;
            }
        }
        return new Result<>(worst.verdict(), configurations, worst.obstacle());
    }
}
