package io.lightraft.raft;

/**
 * What became of a proposal at once; whether it commits shows later.
 *
 * @param term the term of the entries when they were appended here, else 0
 * @param firstIndex the index of the first entry appended here, else 0
 * @param lastIndex the index of the last entry appended here, else 0
 */
public record ProposeResult(Outcome outcome, long term, long firstIndex, long lastIndex) {

    /** The fate of a proposal as far as this node can tell at once. Nothing of a dropped one is in any log. */
    public enum Outcome {
        /** This node leads and has it in its log. */
        APPENDED,
        /** A membership change that is not allowed just now; an empty entry was appended in its place. */
        CONF_CHANGE_REFUSED,
        /** Sent on to the leader; it may get lost. */
        FORWARDED,
        /** No leader is known. */
        DROPPED_NO_LEADER,
        /** Another node leads, and forwarding is off. */
        DROPPED_NOT_LEADER,
        /** This node leads, but is about to hand over its office. */
        DROPPED_TRANSFER,
        /** Too many bytes wait to be committed. */
        DROPPED_LIMIT,
        /** This node leads, but was removed from the membership. */
        DROPPED_NOT_MEMBER,
        /** This node leads, but its own removal stands in its log, and nothing may come behind it. */
        DROPPED_LEAVING
    }

    static ProposeResult of(Outcome outcome) {
        return new ProposeResult(outcome, 0, 0, 0);
    }

    public boolean isAppended() {
        return outcome == Outcome.APPENDED;
    }

    /** Whether nothing at all came of it. */
    public boolean isDropped() {
        return lastIndex == 0 && outcome != Outcome.FORWARDED;
    }
}
