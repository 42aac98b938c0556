package io.lightraft.raft.quorum;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;

/**
 * Two sets of voters, both of which must agree (Raft §6).
 *
 * @param outgoing the configuration that is being left; empty unless a change is under way
 */
public record JointConfig(MajorityConfig incoming, MajorityConfig outgoing) {

    public static final JointConfig EMPTY = new JointConfig(MajorityConfig.EMPTY, MajorityConfig.EMPTY);

    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /** Whether a single voter decides alone. */
    public boolean isSingleton() {
        return incoming.size() == 1 && outgoing.isEmpty();
    }

    public boolean contains(long id) {
        return incoming.contains(id) || outgoing.contains(id);
    }

    /** The voters of both halves, ascending. */
    public SortedSet<Long> ids() {
        SortedSet<Long> ids = new TreeSet<>(incoming.ids());
        ids.addAll(outgoing.ids());
        return ids;
    }

    /** What both majorities have acknowledged; see {@link MajorityConfig#committedIndex}. */
    public long committedIndex(LongUnaryOperator ackedIndex) {
        return Math.min(incoming.committedIndex(ackedIndex), outgoing.committedIndex(ackedIndex));
    }

    /** Won only when both have won, lost as soon as one has lost. */
    public VoteResult voteResult(Map<Long, Boolean> votes) {
        VoteResult in = incoming.voteResult(votes);
        VoteResult out = outgoing.voteResult(votes);
        if (in == out) {
            return in;
        }
        return in == VoteResult.LOST || out == VoteResult.LOST ? VoteResult.LOST : VoteResult.PENDING;
    }

    /** Such as {@code (1 2 3)&&(1 2)}, or {@code (1 2)} when not joint. */
    @Override
    public String toString() {
        return isJoint() ? incoming + "&&" + outgoing : incoming.toString();
    }
}
