package io.lightraft.config;

import io.lightraft.node.HostPort;
import java.util.List;

/** A {@code [[nodes]]} block as it was read, with the places of its ports for messages. */
record NodeBlock(NodeConfig config, TomlTable table) {

    private static final String DEFAULT_ADDRESS = "127.0.0.1";
    private static final int FIRST_HTTP_PORT = 4001;
    private static final int MAX_PORT = 65535;
    private static final List<String> KEYS = List.of(
            "clientBindAddress",
            "clientBindPort",
            "rpcBindAddress",
            "rpcBindPort",
            "httpBindAddress",
            "httpBindPort",
            "rpcAdvertiseAddress",
            "httpAdvertiseAddress");

    /** @param nodes how many the cluster has */
    static NodeBlock read(TomlTable table, int index, int nodes) {
        table.refuseUnknown(KEYS);
        Endpoint client = endpoint(table, "client", table.number("clientBindPort", 1, MAX_PORT));
        Endpoint rpc = endpoint(table, "rpc", table.number("rpcBindPort", 1, MAX_PORT));
        Endpoint http = endpoint(table, "http", table.number("httpBindPort", 1, MAX_PORT, FIRST_HTTP_PORT + index));
        if (rpc.isWildcard() && !table.has("rpcAdvertiseAddress") && nodes > 1) {
            throw table.wrong(
                    "rpcBindAddress",
                    "rpcBindAddress " + rpc.host() + " is all addresses; rpcAdvertiseAddress must say which of them"
                            + " the other nodes connect to");
        }
        Endpoint advertisedRpc = advertised(table, "rpcAdvertiseAddress", rpc, rpc.host());
        Endpoint advertisedHttp =
                advertised(table, "httpAdvertiseAddress", http, http.isWildcard() ? advertisedRpc.host() : http.host());
        return new NodeBlock(new NodeConfig(index, client, rpc, http, advertisedRpc, advertisedHttp), table);
    }

    /** Two nodes that advertise different hosts may have equal ports. */
    boolean onAnotherMachineThan(NodeBlock other) {
        return table.has("rpcAdvertiseAddress")
                && other.table.has("rpcAdvertiseAddress")
                && !config.advertisedRpc()
                        .host()
                        .equals(other.config.advertisedRpc().host());
    }

    private static Endpoint endpoint(TomlTable table, String kind, int port) {
        String key = kind + "BindAddress";
        return new Endpoint(host(table, key, table.text(key, DEFAULT_ADDRESS)), port);
    }

    /** An address, or address:port where it is mapped to another port. */
    private static Endpoint advertised(TomlTable table, String key, Endpoint bound, String ifAbsent) {
        String text = table.text(key, ifAbsent);
        String host = text;
        int port = bound.port();
        int colon = text.lastIndexOf(':');
        if (colon >= 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']')) {
            host = text.substring(0, colon);
            port = port(table, key, text.substring(colon + 1));
        }
        host = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        Endpoint endpoint = new Endpoint(host(table, key, host), port);
        if (endpoint.isWildcard() && table.has(key)) {
            throw table.wrong(key, key + " " + text + " is all addresses; nobody can connect to it");
        }
        return endpoint;
    }

    private static int port(TomlTable table, String key, String text) {
        if (text.matches("\\d{1,5}") && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MAX_PORT) {
            return Integer.parseInt(text);
        }
        throw table.wrong(key, key + " has the port \"" + text + "\", which must be between 1 and " + MAX_PORT);
    }

    private static String host(TomlTable table, String key, String host) {
        if (!HostPort.isHost(host)) {
            throw table.wrong(key, key + " must be an IP address or a host name, but is \"" + host + "\"");
        }
        return host;
    }
}
