package io.lightraft.raft;

/** What an entry of the log carries. */
public enum EntryType {
    /** A command of the state machine, or nothing: the entry a leader appends when it takes office. */
    NORMAL,
    /** A membership change of one server (kept for the oracle's sake; new clusters write {@link #CONF_CHANGE_V2}). */
    CONF_CHANGE,
    /** A membership change, possibly of several servers through a joint configuration (Raft §6). */
    CONF_CHANGE_V2
}
