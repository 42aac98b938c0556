package io.lightraft.config;

/** Told when a node can't go on by itself. */
interface NodeFailureHandler {

    /** On a thread of the node that failed; must not wait for it to end. */
    void failed(Throwable cause);
}
