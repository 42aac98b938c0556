package io.lightraft.storage;

/** Another process, or another log in this one, holds the lock of the data directory. */
public final class StorageInUseException extends StorageException {

    StorageInUseException(String message) {
        super(message, null);
    }
}
