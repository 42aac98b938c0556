package io.lightraft.linearizability;

import io.lightraft.linearizability.Result.Obstacle;
import io.lightraft.linearizability.Result.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds where a partition that is not linearizable stops being so: the answer up to which everything can be explained.
 * Bisection does it, because an order for a history is one for each of its prefixes too.
 */
final class Diagnosis<S, I, O> {

    private final Model<S, I, O> model;
    private final List<Operation<I, O>> operations;
    private final List<Operation<I, O>> answered;
    private final long maxConfigurations;

    Diagnosis(Model<S, I, O> model, List<Operation<I, O>> operations, long maxConfigurations) {
        this.model = model;
        this.operations = operations;
        this.answered = operations.stream()
                .filter(operation -> !operation.isOpen())
                .sorted(Comparator.comparingLong(Operation::returned))
                .collect(Collectors.toList());
        this.maxConfigurations = maxConfigurations;
    }

    Obstacle<S, I, O> obstacle(Object partition) {
        int explained = 0;
        int unexplained = answered.size();
        List<Step<S, I, O>> order = List.of();
        while (unexplained - explained > 1) {
            int answers = (explained + unexplained) >>> 1;
            Search<S, I, O> search = new Search<>(model, prefix(answers), maxConfigurations);
            if (search.run() == Verdict.OK) {
                explained = answers;
                order = search.order();
            } else {
                unexplained = answers;
            }
        }
        return new Obstacle<>(partition, order, answered.get(explained), pending(order, explained));
    }

    /** What was known when the last of so many answers came: the operations of later answers are open. */
    private List<Operation<I, O>> prefix(int answers) {
        List<Operation<I, O>> known = new ArrayList<>(answered.subList(0, answers));
        unansweredBy(answers, answered.get(answers - 1).returned()).forEach(operation -> known.add(operation.asOpen()));
        return known;
    }

    /** Called by then, but not among the first so many answers. */
    private List<Operation<I, O>> unansweredBy(int answers, long time) {
        List<Operation<I, O>> unanswered = new ArrayList<>(answered.subList(answers, answered.size()));
        operations.stream().filter(Operation::isOpen).forEach(unanswered::add);
        unanswered.removeIf(operation -> operation.called() > time);
        return unanswered;
    }

    private List<Operation<I, O>> pending(List<Step<S, I, O>> order, int stuck) {
        Set<Operation<I, O>> placed =
                order.stream().map(step -> step.operation().asOpen()).collect(Collectors.toSet());
        List<Operation<I, O>> pending =
                unansweredBy(stuck + 1, answered.get(stuck).returned());
        pending.removeIf(operation -> placed.contains(operation.asOpen()));
        return pending;
    }
}
