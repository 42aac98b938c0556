package io.lightraft.raft;

/** What a node is within its term (Raft, figure 4; {@link #PRE_CANDIDATE} is of the thesis, §9.6). */
public enum Role {
    LEADER,
    FOLLOWER,
    CANDIDATE,
    PRE_CANDIDATE
}
