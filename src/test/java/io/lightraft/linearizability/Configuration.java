package io.lightraft.linearizability;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A point of the search: every operation that was answered before {@code next} is placed, and some later ones are.
 * The bit sets are never changed once they are here, so that configurations can share them.
 *
 * @param next the first answer that is not explained yet
 * @param placed the slots of the operations placed already whose answers come after {@code next}
 * @param spent the open operations that took effect
 * @param state the state of the object
 * @param parent where it came from; null for the beginning
 * @param last the operation that led here; null for the beginning
 */
record Configuration<S, I, O>(
        int next,
        BitSet placed,
        BitSet spent,
        S state,
        @Nullable Configuration<S, I, O> parent,
        @Nullable Operation<I, O> last) {

    /** What decides the future, but for the open operations that are left. */
    record Key<S>(int next, BitSet placed, S state) {}

    Key<S> key() {
        return new Key<>(next, placed, state);
    }
}
