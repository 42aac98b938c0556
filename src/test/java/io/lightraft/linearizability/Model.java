package io.lightraft.linearizability;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an object does when it is used by one client at a time.
 *
 * @param <S> its states: immutable, with {@code equals} by content and a {@code hashCode} that tells them apart
 * @param <I> what is asked; open operations with equal inputs are taken for interchangeable
 * @param <O> what is answered
 */
public interface Model<S, I, O> {

    /** Where every history, or every partition of one, begins. */
    S initial();

    /**
     * Applies one operation.
     *
     * @param output the answer that was seen; null if none was, and then any answer is right
     * @return the state afterwards; empty if this state can't have given that answer
     */
    Optional<S> step(S state, I input, @Nullable O output);

    /**
     * Whether such an operation, with such an answer, leaves every state as it is that can give the answer. True
     * spares the checker work, false is always right.
     *
     * @param output as in {@link #step}
     */
    default boolean readOnly(I input, @Nullable O output) {
        return false;
    }

    /**
     * Which part of the object it is about. Parts have nothing to do with one another and are checked one by one: a
     * history is linearizable exactly if each part of it is.
     */
    default Object partition(I input) {
        return "all";
    }

    /**
     * Whether an object in this state can ever give that answer to a {@link #readOnly} operation, if no operation that
     * {@link #resets} comes between. False spares the checker dead ends, true is always right.
     */
    default boolean canLeadTo(S state, O answer) {
        return true;
    }

    /** Whether such an operation may help an object to give that answer which {@link #canLeadTo} has given up. */
    default boolean resets(I input, O answer) {
        return false;
    }

    /** Many such objects, each under a key of its own. */
    default Model<S, PerKeyModel.Keyed<I>, O> perKey() {
        return new PerKeyModel<>(this);
    }
}
