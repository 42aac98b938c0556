package io.lightraft.transport;

/** A stream that this node does not take. */
final class RefusedException extends Exception {

    /** The answer to a node that is no member, as far as is known here. */
    static final int NOT_A_MEMBER = 410;

    /** The answer to a file that is damaged. */
    static final int UNUSABLE = 422;

    private final int status;
    private final boolean ordinary;
    private final long appliedIndex;

    /**
     * @param status of the HTTP answer
     * @param reason for the log of the node that is refused: what is wrong, and what to look at
     */
    RefusedException(int status, String reason) {
        this(status, reason, status == 503, 0);
    }

    private RefusedException(int status, String reason, boolean ordinary, long appliedIndex) {
        super(reason, null, false, false);
        this.status = status;
        this.ordinary = ordinary;
        this.appliedIndex = appliedIndex;
    }

    /** @param appliedIndex up to where this node knows the members */
    static RefusedException notAMember(long id, long appliedIndex) {
        return new RefusedException(
                NOT_A_MEMBER,
                "node " + (id - 1) + " is no member of the cluster, and not in lightraft.toml here. Add it with POST"
                        + " /admin/members",
                false,
                appliedIndex);
    }

    /** Of a stream that was held up on the way while its sender has opened another. */
    static RefusedException late() {
        return new RefusedException(409, "there has been a newer stream of this lane", true, 0);
    }

    /** Of this node when it {@linkplain #notAMember does not know} the other, else 0. */
    long appliedIndex() {
        return appliedIndex;
    }

    int status() {
        return status;
    }

    /** It comes with a network that was broken, or a node that stops, and goes by itself. */
    boolean isOrdinary() {
        return ordinary;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
