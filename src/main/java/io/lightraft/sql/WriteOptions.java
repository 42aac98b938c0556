package io.lightraft.sql;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a write is to be done.
 *
 * @param atomic the first failure undoes all statements and ends the request; otherwise each stands on its own
 * @param timeout how long the caller waits for the result
 * @param idempotencyKey up to 255 bytes; the same key again is answered with the result of the first write, which is
 *     not repeated. Null for a write that is done as often as it is sent
 */
public record WriteOptions(
        boolean atomic, Duration timeout, @Nullable String idempotencyKey) {

    public WriteOptions(boolean atomic, Duration timeout) {
        this(atomic, timeout, null);
    }
}
