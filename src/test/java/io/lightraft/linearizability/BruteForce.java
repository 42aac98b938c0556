package io.lightraft.linearizability;

import java.util.ArrayList;
import java.util.List;

/** Tries every order of every choice of the open operations; for a handful of operations only. */
final class BruteForce {

    private BruteForce() {}

    static <S, I, O> boolean isLinearizable(Model<S, I, O> model, List<Operation<I, O>> history) {
        return isLinearizable(model, model.initial(), history);
    }

    private static <S, I, O> boolean isLinearizable(Model<S, I, O> model, S state, List<Operation<I, O>> left) {
        if (left.stream().allMatch(Operation::isOpen)) {
            return true;
        }
        for (Operation<I, O> first : left) {
            if (left.stream().anyMatch(other -> other.returned() < first.called())) {
                continue;
            }
            List<Operation<I, O>> rest = new ArrayList<>(left);
            rest.remove(first);
            boolean found = model.step(state, first.input(), first.output())
                    .filter(next -> isLinearizable(model, next, rest))
                    .isPresent();
            if (found) {
                return true;
            }
        }
        return false;
    }
}
