package io.lightraft.sql;

/** An idempotency key came again with another request. Nothing was done. */
public final class KeyReusedException extends RuntimeException {

    public KeyReusedException(String message) {
        super(message, null, false, false);
    }
}
