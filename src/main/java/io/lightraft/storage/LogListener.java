package io.lightraft.storage;

/** What the log has to say by itself. Called on any thread; must return at once. */
public interface LogListener {

    /** Entries that were not in memory are now; whoever was told so may ask again. */
    void entriesLoaded();

    /** A snapshot was asked for that the log can go on from, and there is none. */
    void snapshotWanted();

    /** Entries could not be loaded from disk. The node has to stop. */
    void failed(StorageException fault);
}
