package io.lightraft.raft;

/** The core has met a state that the algorithm rules out; the node must stop. */
public final class InvariantViolation extends IllegalStateException {

    InvariantViolation(Object... message) {
        super(joined(message));
    }

    private static String joined(Object... parts) {
        StringBuilder text = new StringBuilder();
        for (Object part : parts) {
            text.append(part);
        }
        return text.toString();
    }
}
