package io.lightraft.raft.quorum;

/** How an election stands. */
public enum VoteResult {
    /** Neither side has a majority yet. */
    PENDING,
    /** Enough said no, so that no majority can come together any more. */
    LOST,
    WON
}
