package io.lightraft.storage;

/** The data was written by a newer version in a format that this one can't read. */
public final class StorageFormatException extends StorageException {

    StorageFormatException(String message) {
        super(message, null);
    }
}
