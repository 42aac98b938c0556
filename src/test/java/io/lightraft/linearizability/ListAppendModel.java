package io.lightraft.linearizability;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A list, empty at first, that can be read, and grows at its end. */
public record ListAppendModel<E>() implements Model<List<E>, ListAppendModel.Input<E>, List<E>> {

    public sealed interface Input<E> {}

    /** Answered with the whole list. */
    public record Read<E>() implements Input<E> {}

    /** Answered with an empty list, whatever the list holds. */
    public record Append<E>(E element) implements Input<E> {}

    @Override
    public List<E> initial() {
        return List.of();
    }

    @Override
    public Optional<List<E>> step(List<E> state, Input<E> input, @Nullable List<E> output) {
        if (input instanceof Append<E> append) {
            List<E> longer = new ArrayList<>(state.size() + 1);
            longer.addAll(state);
            longer.add(append.element());
            return Optional.of(longer);
        }
        return output == null || output.equals(state) ? Optional.of(state) : Optional.empty();
    }

    @Override
    public boolean readOnly(Input<E> input, @Nullable List<E> output) {
        return input instanceof Read;
    }

    /** What is in the list stays where it is. */
    @Override
    public boolean canLeadTo(List<E> state, List<E> answer) {
        return state.size() <= answer.size() && state.equals(answer.subList(0, state.size()));
    }
}
