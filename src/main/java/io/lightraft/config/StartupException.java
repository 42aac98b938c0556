package io.lightraft.config;

/** Why a node can't start, in one line that an operator understands and can act upon. */
public final class StartupException extends RuntimeException {

    public StartupException(String message) {
        super(message, null, false, false);
    }
}
