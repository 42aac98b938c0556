package io.lightraft.raft;

/** Checks that stay on in production: a core that has left the algorithm must stop, not go on. */
public final class Invariant {

    private Invariant() {}

    /** @throws InvariantViolation with the parts joined as its message, unless {@code holds} */
    public static void check(boolean holds, Object... message) {
        if (!holds) {
            throw new InvariantViolation(message);
        }
    }
}
