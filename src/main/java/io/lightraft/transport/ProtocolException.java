package io.lightraft.transport;

import java.io.IOException;

/** A peer sent what is no frame. Its stream is closed; nothing else suffers. */
public final class ProtocolException extends IOException {

    public ProtocolException(String message) {
        super(message);
    }

    ProtocolException(String message, Throwable cause) {
        super(message, cause);
    }
}
