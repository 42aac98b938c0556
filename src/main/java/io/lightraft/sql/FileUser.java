package io.lightraft.sql;

/**
 * Who has the database file open besides the state machine. It has to let go of it before another file takes its place:
 * a connection that is closed later would take the new file's write-ahead log for its own.
 */
interface FileUser {

    /**
     * Closes all connections and opens none until {@link #resume}. The apply worker's thread.
     *
     * @throws NodeFault when one can't be closed
     */
    void suspend();

    /** @param limits of the new file */
    void resume(ClusterLimits limits);
}
