package io.lightraft.config;

import java.util.ArrayList;
import java.util.List;

/** Refuses a file that gives one port of one machine twice. */
final class PortClashes {

    private record Use(NodeBlock node, String key, Endpoint endpoint) {

        @Override
        public String toString() {
            String byDefault = node.table().has(key) ? "" : ", by default";
            int line = node.table().lineOf(key);
            return key + " of node " + node.config().index()
                    + (line == 0 || !byDefault.isEmpty() ? byDefault : " in line " + line);
        }
    }

    private PortClashes() {}

    static void refuse(List<NodeBlock> nodes) {
        List<Use> uses = new ArrayList<>();
        for (NodeBlock node : nodes) {
            uses.add(new Use(node, "clientBindPort", node.config().client()));
            uses.add(new Use(node, "rpcBindPort", node.config().rpc()));
            uses.add(new Use(node, "httpBindPort", node.config().http()));
        }
        for (int i = 0; i < uses.size(); i++) {
            for (Use earlier : uses.subList(0, i)) {
                refuse(uses.get(i), earlier);
            }
        }
    }

    private static void refuse(Use use, Use earlier) {
        if (use.endpoint().clashesWith(earlier.endpoint()) && !use.node().onAnotherMachineThan(earlier.node())) {
            throw use.node()
                    .table()
                    .wrong(
                            use.key(),
                            "port " + use.endpoint().port() + " of "
                                    + use.endpoint().host() + " is given twice: "
                                    + use.key() + " of node "
                                    + use.node().config().index()
                                    + (use.node().table().has(use.key()) ? "" : " (by default)") + " and " + earlier);
        }
    }
}
