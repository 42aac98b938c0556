package io.lightraft.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** A lightraft.toml whose ports are free at this moment. */
final class TestCluster {

    private TestCluster() {}

    static ClusterConfig of(int nodes) throws IOException {
        return ConfigFile.parse("lightraft.toml", toml(nodes));
    }

    static String toml(int nodes) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        StringBuilder toml = new StringBuilder("[cluster]\nname = \"test\"\n");
        for (int i = 0; i < nodes; i++) {
            toml.append("[[nodes]]\n");
            for (String kind : List.of("client", "rpc", "http")) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                held.add(socket);
                toml.append(kind)
                        .append("BindPort = ")
                        .append(socket.getLocalPort())
                        .append('\n');
            }
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return toml.append("[driver]\nname = \"sqlite\"\npathPrefix = \"data/test\"\n")
                .toString();
    }
}
