package io.lightraft.raft;

/** Where in the log a snapshot stands, and the membership as of that index. */
public record SnapshotMetadata(ConfState confState, long index, long term) {

    public static final SnapshotMetadata EMPTY = new SnapshotMetadata(ConfState.EMPTY, 0, 0);
}
