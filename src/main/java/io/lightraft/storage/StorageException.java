package io.lightraft.storage;

import org.jspecify.annotations.Nullable;

/**
 * The storage can't do what it was asked for. The message is one clear sentence for the operator; it names the file
 * or directory.
 */
public abstract class StorageException extends RuntimeException {

    StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
