package io.lightraft.config;

import java.util.Locale;

/**
 * An address and a port.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 */
public record Endpoint(String host, int port) {

    /** Stands for all addresses of the machine, so nobody can be told to connect to it. */
    public boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::");
    }

    /** Whether both can't be listened on by one machine. */
    boolean clashesWith(Endpoint other) {
        return port == other.port
                && (isWildcard() || other.isWildcard() || canonicalHost().equals(other.canonicalHost()));
    }

    private String canonicalHost() {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.equals("localhost") ? "127.0.0.1" : lower;
    }

    /** As {@code host:port}, an IPv6 address in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
