package io.lightraft.storage;

/** The data directory belongs to another cluster or another node. */
public final class ForeignStorageException extends StorageException {

    ForeignStorageException(String message) {
        super(message, null);
    }
}
