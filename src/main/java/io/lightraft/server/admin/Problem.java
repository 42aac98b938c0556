package io.lightraft.server.admin;

import io.lightraft.node.ReplicaException;
import java.util.concurrent.TimeoutException;

/** A request that is answered with problem details (RFC 9457). The first sentence says what happened. */
final class Problem extends RuntimeException {

    private final int status;
    private final String title;

    Problem(int status, String title, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.title = title;
    }

    static Problem badRequest(String detail) {
        return new Problem(400, "Bad request", detail);
    }

    static Problem of(Throwable failure) {
        String detail = String.valueOf(failure.getMessage());
        if (failure instanceof Problem problem) {
            return problem;
        } else if (failure instanceof ReplicaException.Rejected) {
            return new Problem(422, "Not possible", detail);
        } else if (failure instanceof ReplicaException.Busy) {
            return new Problem(409, "Not now", detail);
        } else if (failure instanceof ReplicaException.OutcomeUnknown) {
            return new Problem(504, "Outcome unknown", detail);
        } else if (failure instanceof ReplicaException.NoLeader) {
            return new Problem(503, "No leader", detail);
        } else if (failure instanceof ReplicaException) {
            return new Problem(503, "Node stopped", detail);
        } else if (failure instanceof TimeoutException) {
            return new Problem(504, "Not in time", "it was not done in time, and may still be. Look first.");
        }
        return new Problem(500, "Internal error", detail);
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
