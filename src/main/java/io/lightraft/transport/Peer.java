package io.lightraft.transport;

/**
 * Where another node listens for frames.
 *
 * @param id its raft id (the node's index + 1)
 */
public record Peer(long id, String host, int port) {

    /** @param address {@code host:port}, an IPv6 host in brackets */
    static Peer of(long id, String address) {
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return new Peer(
                id,
                bracketed ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(address.substring(colon + 1)));
    }

    /** The node's number in the configuration, by which people know it. */
    long index() {
        return id - 1;
    }
}
