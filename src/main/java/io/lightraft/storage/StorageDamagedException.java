package io.lightraft.storage;

/** What is on disk is not what was written. The message names file and offset; the node must not start or go on. */
public final class StorageDamagedException extends StorageException {

    private StorageDamagedException(String message) {
        super(message, null);
    }

    static StorageDamagedException at(String file, long offset, String what) {
        return new StorageDamagedException(file + " is damaged at offset " + offset + ": " + what);
    }

    static StorageDamagedException missing(String file, String why) {
        return new StorageDamagedException(file + " is missing: " + why);
    }
}
