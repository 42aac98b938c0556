package io.lightraft.raft;

/** What became of a message that was stepped. */
public enum StepOutcome {
    /** Looked at; whether it changed anything is another matter. */
    TAKEN,
    /** An answer from somebody who is no member: left aside. */
    UNKNOWN_PEER,
    /** A forwarded proposal that can't be taken now. */
    PROPOSAL_DROPPED,
    /** Something that never comes from a peer, such as an acknowledgement of the storage: left aside. */
    REFUSED
}
