package io.lightraft.linearizability;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Many independent objects of one kind, each a partition of its own. A state is that of one of them. */
public record PerKeyModel<S, I, O>(Model<S, I, O> each) implements Model<S, PerKeyModel.Keyed<I>, O> {

    /** What is asked of the object under the key. */
    public record Keyed<I>(String key, I input) {

        @Override
        public String toString() {
            return key + ": " + input;
        }
    }

    @Override
    public S initial() {
        return each.initial();
    }

    @Override
    public Optional<S> step(S state, Keyed<I> keyed, @Nullable O output) {
        return each.step(state, keyed.input(), output);
    }

    @Override
    public boolean readOnly(Keyed<I> keyed, @Nullable O output) {
        return each.readOnly(keyed.input(), output);
    }

    @Override
    public boolean canLeadTo(S state, O answer) {
        return each.canLeadTo(state, answer);
    }

    @Override
    public boolean resets(Keyed<I> keyed, O answer) {
        return each.resets(keyed.input(), answer);
    }

    @Override
    public Object partition(Keyed<I> keyed) {
        return keyed.key();
    }
}
