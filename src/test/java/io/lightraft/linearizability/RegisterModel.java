package io.lightraft.linearizability;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One value, empty at first, that can be read, written, and replaced if it is the expected one. */
public record RegisterModel<V>()
        implements Model<RegisterModel.Value<V>, RegisterModel.Input<V>, RegisterModel.Output<V>> {

    public sealed interface Input<V> {}

    /** Answered with a {@link Value}. */
    public record Read<V>() implements Input<V> {}

    /** Answered with {@link Done} and true. */
    public record Write<V>(V value) implements Input<V> {}

    /** Answered with {@link Done}, and whether the value was the expected one. */
    public record CompareAndSet<V>(V expected, V replacement) implements Input<V> {}

    public sealed interface Output<V> {}

    /** What the register holds; null for nothing. */
    public record Value<V>(@Nullable V value) implements Output<V> {

        @Override
        public String toString() {
            return String.valueOf(value);
        }
    }

    public record Done<V>(boolean done) implements Output<V> {}

    @Override
    public Value<V> initial() {
        return new Value<>(null);
    }

    @Override
    public Optional<Value<V>> step(Value<V> state, Input<V> input, @Nullable Output<V> output) {
        if (input instanceof Write<V> write) {
            return after(new Value<>(write.value()), new Done<>(true), output);
        }
        if (input instanceof CompareAndSet<V> compare) {
            boolean same = Objects.equals(state.value(), compare.expected());
            return after(same ? new Value<>(compare.replacement()) : state, new Done<>(same), output);
        }
        return after(state, state, output);
    }

    @Override
    public boolean readOnly(Input<V> input, @Nullable Output<V> output) {
        return input instanceof Read || new Done<V>(false).equals(output);
    }

    private static <V> Optional<Value<V>> after(Value<V> next, Output<V> right, @Nullable Output<V> seen) {
        return seen == null || seen.equals(right) ? Optional.of(next) : Optional.empty();
    }
}
