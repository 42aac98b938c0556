package io.lightraft.storage;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * Reading or writing failed (disk full, I/O error). Nothing is retried: after a failed fsync nobody knows what is on
 * disk, so the node stops, and the next start finds out.
 */
public final class StorageFailedException extends StorageException {

    StorageFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** {@code what} happened to what; the cause's own words and, for a full disk, what helps are added. */
    static StorageFailedException of(String what, Throwable cause) {
        String reason = reasonOf(cause);
        String remedy = NoRoomException.meansFull(reason) ? "; make room and start the node again" : "";
        return new StorageFailedException(what + ": " + reason + remedy, cause);
    }

    private static String reasonOf(Throwable cause) {
        // The JDK's message is the bare path where it knows no more than the exception's type says.
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof FileSystemException e && e.getReason() == null) {
            return e.toString();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
