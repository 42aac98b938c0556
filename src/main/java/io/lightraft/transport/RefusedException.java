package io.lightraft.transport;

/** A stream that this node does not take. */
final class RefusedException extends Exception {

    private final int status;

    /**
     * @param status of the HTTP answer
     * @param reason for the log of the node that is refused: what is wrong, and what to look at
     */
    RefusedException(int status, String reason) {
        super(reason, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
