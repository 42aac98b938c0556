package io.lightraft.sql;

/** How fresh a read has to be. */
public enum ReadLevel {
    /** This node's file as it is; may be stale. */
    NONE,
    /** The file of the node that takes itself for the leader. */
    WEAK,
    /** {@link #NONE} on a learner, {@link #WEAK} elsewhere. */
    AUTO,
    /** Reflects every write acknowledged anywhere before the read began; the default. */
    LINEARIZABLE,
    /** As linearizable, by way of an entry in the log. */
    STRONG
}
