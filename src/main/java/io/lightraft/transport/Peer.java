package io.lightraft.transport;

/**
 * Where another node listens for frames.
 *
 * @param id its raft id (the node's index + 1)
 */
public record Peer(long id, String host, int port) {

    /** The node's number in the configuration, by which people know it. */
    long index() {
        return id - 1;
    }
}
