package io.lightraft.transport;

/** A stream that this node does not take. */
final class RefusedException extends Exception {

    private final int status;
    private final boolean ordinary;

    /**
     * @param status of the HTTP answer
     * @param reason for the log of the node that is refused: what is wrong, and what to look at
     */
    RefusedException(int status, String reason) {
        this(status, reason, status == 503);
    }

    private RefusedException(int status, String reason, boolean ordinary) {
        super(reason, null, false, false);
        this.status = status;
        this.ordinary = ordinary;
    }

    /** Of a stream that was held up on the way while its sender has opened another. */
    static RefusedException late() {
        return new RefusedException(409, "there has been a newer stream of this lane", true);
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
