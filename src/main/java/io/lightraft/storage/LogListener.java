package io.lightraft.storage;

/** What the log has to say by itself. Called on any thread; must return at once where nothing else is said. */
public interface LogListener {

    /** Entries that were not in memory are now; whoever was told so may ask again. */
    void entriesLoaded();

    /** A snapshot was asked for that the log can go on from, and there is none. */
    void snapshotWanted();

    /** Entries could not be loaded from disk. The node has to stop. */
    void failed(StorageException fault);

    /**
     * There is no room on the disk to go on writing. Nothing that was written has suffered. Called on the storage
     * thread, which has nothing else to do meanwhile; blocks for a moment.
     *
     * @param what for the operator
     * @param first whether this is the first time, before {@link #roomFound}
     * @return whether to try again; else the log fails for good
     */
    default boolean awaitRoom(String what, boolean first) {
        return false;
    }

    /** What {@link #awaitRoom} waited for was found. */
    default void roomFound() {}
}
