package io.lightraft.raft.confchange;

/** A change that the configuration in force does not allow. */
public final class ConfChangeException extends RuntimeException {

    ConfChangeException(String message) {
        super(message);
    }
}
