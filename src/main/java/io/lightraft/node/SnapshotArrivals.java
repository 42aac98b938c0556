package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import org.jspecify.annotations.Nullable;

/**
 * Holds a snapshot that has arrived until what was handed out to be applied is applied. The core takes up the snapshot's
 * membership at once; a change of the members that is still on its way through the apply worker would be made to that one
 * then, and go into the state as what it never was. Owned by the raft loop.
 */
final class SnapshotArrivals {

    private final Raft raft;
    private @Nullable Message waiting;

    SnapshotArrivals(Raft raft) {
        this.raft = raft;
    }

    /** The newest one counts. */
    void arrived(Message.InstallSnapshot snapshot) {
        waiting = snapshot;
        look();
    }

    /** What follows the snapshot. It would be refused, and the leader would take that for the loss of the snapshot. */
    boolean ignores(Message message) {
        return waiting != null
                && message instanceof Message.AppendEntries append
                && append.prevLogIndex() > raft.lastIndex();
    }

    /** In every turn. */
    void look() {
        Message snapshot = waiting;
        if (snapshot != null && !raft.isApplying()) {
            waiting = null;
            raft.step(snapshot);
        }
    }
}
