package io.lightraft.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * Where something listens, as others reach it.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 */
public record HostPort(String host, int port) {

    private static final int MAX_PORT = 65535;
    private static final int MAX_NAME_LENGTH = 253;

    /**
     * Reads {@code host:port}, an IPv6 address in brackets.
     *
     * @throws IllegalArgumentException with what is wrong, as the end of a sentence that names the text
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        if (colon < 0) {
            throw new IllegalArgumentException("has no port; write host:port");
        }
        if (!isHost(bare) || bracketed != bare.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "does not begin with an IP address or a host name; write host:port, an IPv6 address in brackets");
        }
        if (bare.indexOf('%') >= 0) {
            throw new IllegalArgumentException("has a zone, which means something on one machine only");
        }
        if (bare.equals("0.0.0.0") || bare.equals("::")) {
            throw new IllegalArgumentException("is all addresses of a machine; nobody can connect to it");
        }
        String port = text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > MAX_PORT) {
            throw new IllegalArgumentException(
                    "has the port \"" + port + "\", which must be between 1 and " + MAX_PORT);
        }
        return new HostPort(bare, Integer.parseInt(port));
    }

    /** Whether it has the form of an IP address (IPv6 without brackets) or a host name. Asks nobody. */
    public static boolean isHost(String host) {
        if (host.matches("[0-9.]+")) {
            return host.matches("((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\\.(?!$)|$)){4}");
        } else if (host.indexOf(':') >= 0) {
            return isIpv6(host);
        }
        return host.length() <= MAX_NAME_LENGTH
                && host.matches("[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_-]+)*");
    }

    private static boolean isIpv6(String host) {
        try {
            // With a colon in it, it is never looked up.
            return host.matches("[0-9A-Fa-f:.]+(%\\w+)?") && InetAddress.getByName(host) != null;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Whether both name one socket, as far as the text tells. */
    boolean isSameAs(HostPort other) {
        return port == other.port && canonicalHost().equals(other.canonicalHost());
    }

    private String canonicalHost() {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.equals("localhost") ? "127.0.0.1" : lower;
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
