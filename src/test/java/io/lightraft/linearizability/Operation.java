package io.lightraft.linearizability;

import org.jspecify.annotations.Nullable;

/**
 * What one client asked, and what it got.
 *
 * <p>Times may have any unit, as long as all of a history come from one clock. Two operations of which neither
 * returned before the other was called are concurrent; equal times count as concurrent.
 *
 * @param client only for people who read the history; the checker looks at times alone
 * @param called when the client sent it
 * @param returned when the client had the answer; {@link #NEVER} if nobody knows the outcome
 * @param output the answer; null exactly if nobody knows the outcome
 */
public record Operation<I, O>(
        int client,
        long called,
        I input,
        long returned,
        @Nullable O output) {

    /** Later than every time. */
    public static final long NEVER = Long.MAX_VALUE;

    public Operation {
        if ((output == null) != (returned == NEVER)) {
            throw new IllegalArgumentException("an answer and the time of the answer come together");
        }
        if (returned < called) {
            throw new IllegalArgumentException("returned at " + returned + ", before it was called at " + called);
        }
    }

    /** An operation with an answer: it took effect once, between call and return. */
    public static <I, O> Operation<I, O> answered(int client, long called, I input, long returned, O output) {
        return new Operation<>(client, called, input, returned, output);
    }

    /** An operation without an answer: it takes effect at any time after the call, or never. */
    public static <I, O> Operation<I, O> open(int client, long called, I input) {
        return new Operation<>(client, called, input, NEVER, null);
    }

    /** Whether nobody knows the outcome. */
    public boolean isOpen() {
        return output == null;
    }

    /** The same operation, as it looks before its answer is known. */
    Operation<I, O> asOpen() {
        return open(client, called, input);
    }

    @Override
    public String toString() {
        String times = "[" + called + ", " + (isOpen() ? "?" : returned) + "]";
        return "client " + client + " " + times + " " + input + " -> " + (isOpen() ? "?" : output);
    }
}
