package io.lightraft.raft;

/** Told of what an operator wants to see; called on the raft loop, in the middle of a step, so it must not call back. */
public interface RaftListener {

    RaftListener NONE = (from, to, term, reason) -> {};

    /**
     * The role changed, or was taken again in a new term.
     *
     * @param term the term after the change
     * @param reason a word or two in lower case, such as {@code election-timeout}
     */
    void roleChanged(Role from, Role to, long term, String reason);
}
