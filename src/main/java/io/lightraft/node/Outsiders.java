package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import io.lightraft.transport.Frame;

/**
 * Nodes that were removed and don't know it, as they were down or cut off then: whoever they ask for a vote tells them,
 * and they stop asking. The word of one member is enough; it counts until this node hears of a leader again, or has
 * applied more than the other had. Owned by the raft loop.
 */
final class Outsiders {

    private final Raft raft;
    private final Effects effects;
    private long toldAsOfIndex;
    private boolean knownOutside;

    Outsiders(Raft raft, Effects effects) {
        this.raft = raft;
        this.effects = effects;
    }

    /** Answers one who asks for a vote and is no member any more. */
    void received(long from, Message message) {
        boolean asksForVote = message instanceof Message.RequestPreVote || message instanceof Message.RequestVote;
        if (asksForVote && !Members.isNamedIn(raft.status().confState(), from)) {
            effects.send(from, new Frame.NotMember(raft.appliedIndex()));
        }
    }

    /** @param index that the other had applied when it did not know this node for a member */
    void told(long index) {
        if (raft.leaderId() == 0 && index >= raft.appliedIndex()) {
            toldAsOfIndex = Math.max(toldAsOfIndex, index);
        }
    }

    /** @param takenIn false for a node that is on its way in, whose state may be older than the entry that adds it */
    void tick(boolean takenIn) {
        if (raft.leaderId() != 0 || raft.appliedIndex() > toldAsOfIndex) {
            toldAsOfIndex = 0;
        }
        // Who knows of no members was never one.
        boolean outside =
                takenIn && isOutside() && !raft.status().confState().voters().isEmpty();
        if (outside != knownOutside) {
            knownOutside = outside;
            effects.outside(outside);
        }
    }

    /** What {@link #isOutside} was at the last tick. */
    boolean isKnownOutside() {
        return knownOutside;
    }

    /** Whether this node is no member, as far as it knows. */
    boolean isOutside() {
        return toldAsOfIndex > 0 || isNoMember();
    }

    /**
     * Whether this node should not campaign. One whose log goes further than what the other had applied may be the only
     * one that knows of its return, and that can lead.
     */
    boolean isHeldBack() {
        return isNoMember() || (toldAsOfIndex > 0 && raft.lastIndex() <= toldAsOfIndex);
    }

    private boolean isNoMember() {
        return !Members.isNamedIn(raft.status().confState(), raft.id());
    }
}
