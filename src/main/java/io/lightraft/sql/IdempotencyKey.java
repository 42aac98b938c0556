package io.lightraft.sql;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * By what a write that comes again is known.
 *
 * @param text chosen by the client
 * @param requestHash of the statements and their parameters. Computed once, where the write was given, so that nodes of
 *     different releases remember the same
 */
record IdempotencyKey(String text, String requestHash) {

    /** In UTF-8. */
    static final int MAX_BYTES = 255;

    private static final int HASH_BYTES = 16;

    /**
     * @param text as the client gave it
     * @throws IllegalArgumentException when it is empty or too long, or the statements can't be encoded
     */
    static IdempotencyKey of(String text, List<Statement> statements, boolean atomic) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the idempotency key is empty. Nothing was done; send a unique one.");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new IllegalArgumentException("the idempotency key is longer than " + MAX_BYTES
                    + " bytes. Nothing was done; a random UUID is long enough.");
        }
        byte[] request = CommandCodec.encode(new Command(statements, atomic, null));
        return new IdempotencyKey(text, HexFormat.of().formatHex(sha256(request), 0, HASH_BYTES));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
