package io.lightraft.raft;

/**
 * A snapshot as the core sees it. The state itself is a file and travels apart from the messages, so {@code data} is
 * small: a reference that the storage understands.
 */
public record Snapshot(SnapshotMetadata metadata, byte[] data) {

    public static final Snapshot EMPTY = new Snapshot(SnapshotMetadata.EMPTY, new byte[0]);

    public boolean isEmpty() {
        return metadata.index() == 0;
    }
}
