package io.lightraft.linearizability;

import io.lightraft.linearizability.Result.Obstacle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history is linearizable. It takes the partitions of a history one by one; {@link Search} has the
 * algorithm. In the worst case the work grows exponentially with the number of operations that run at the same time,
 * so it is bounded.
 */
public final class Checker {

    private static final long DEFAULT_BOUND = 1_000_000;

    /** Every partition is tried with this bound first, so that a hard one does not hide a plain violation in another. */
    private static final long FIRST_BOUND = 10_000;

    private final long maxConfigurations;

    public Checker() {
        this(DEFAULT_BOUND);
    }

    /** @param maxConfigurations how many configurations it may remember for one partition before it gives up */
    public Checker(long maxConfigurations) {
        this.maxConfigurations = maxConfigurations;
    }

    /**
     * Checks a whole history, from the initial state on; the order of the list does not matter. One partition that is
     * not linearizable decides, even if another one is too hard.
     */
    public <S, I, O> Result<S, I, O> check(Model<S, I, O> model, List<Operation<I, O>> history) {
        Map<Object, List<Operation<I, O>>> partitions = history.stream()
                .collect(Collectors.groupingBy(
                        operation -> model.partition(operation.input()), LinkedHashMap::new, Collectors.toList()));
        Result<S, I, O> first = check(model, partitions, Math.min(FIRST_BOUND, maxConfigurations));
        boolean again = first.verdict() == Verdict.GAVE_UP && maxConfigurations > FIRST_BOUND;
        return again ? check(model, partitions, maxConfigurations) : first;
    }

    /** Takes the partitions that are linearizable out of the map. */
    private <S, I, O> Result<S, I, O> check(
            Model<S, I, O> model, Map<Object, List<Operation<I, O>>> partitions, long bound) {
        long configurations = 0;
        @Nullable Obstacle<S, I, O> tooHard = null;
        for (Object partition : List.copyOf(partitions.keySet())) {
            List<Operation<I, O>> operations = partitions.get(partition);
            Search<S, I, O> search = new Search<>(model, operations, bound);
            Verdict verdict = search.run();
            configurations += search.configurations();
            if (verdict == Verdict.NOT_LINEARIZABLE) {
                Obstacle<S, I, O> obstacle = new Diagnosis<>(model, operations, maxConfigurations).obstacle(partition);
                return new Result<>(verdict, configurations, obstacle);
            }
            if (verdict == Verdict.OK) {
                partitions.remove(partition);
            } else if (tooHard == null) {
                tooHard = new Obstacle<>(partition, search.order(), search.stuck(), List.of());
            }
        }
        return new Result<>(tooHard == null ? Verdict.OK : Verdict.GAVE_UP, configurations, tooHard);
    }
}
