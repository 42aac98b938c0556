package io.lightraft.raft.tracker;

/** How a leader treats one peer's log. */
public enum ProgressState {
    /** Where the logs part is not known: one append at a time, until it is accepted. */
    PROBE,
    /** The logs match up to here: appends are sent in a stream, without waiting. */
    REPLICATE,
    /** The peer is behind the log's first entry: nothing is sent until its snapshot is settled. */
    SNAPSHOT
}
