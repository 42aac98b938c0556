package io.lightraft.storage;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * There is no room for a new segment. It is found out before anything is written, so nothing has changed, and the same
 * may be tried again. (A full disk can't show later: a segment has all its blocks before it is used.)
 */
final class NoRoomException extends IOException {

    private NoRoomException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** The failure as it is, or as what it is when it means a full disk. */
    static IOException of(IOException failure) {
        return meansFull(failure.getMessage()) ? new NoRoomException(failure) : failure;
    }

    /** There is no other way to tell: the JDK has no exception of its own for it. */
    static boolean meansFull(@Nullable String message) {
        String words = message == null ? "" : message.toLowerCase(Locale.ROOT);
        return words.contains("no space left") || words.contains("quota exceeded");
    }
}
