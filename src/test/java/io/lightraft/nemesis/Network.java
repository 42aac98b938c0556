package io.lightraft.nemesis;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace for each node, all on one bridge, of which this process has an end too. The neighbour tables of
 * the nodes are ours: a node that has a wrong hardware address for another one loses what it sends to it, in silence, as
 * on a bad wire, while the other direction still works.
 *
 * <p>All names have this process's id in them. {@link #close} takes everything away; so does the next network, for
 * processes that were killed before they could.
 */
final class Network implements AutoCloseable {

    private static final String PREFIX = "lightraft-";
    private static final Pattern NAMESPACE = Pattern.compile(PREFIX + "(\\d+)-\\d+\\b.*");
    private static final Pattern LINK = Pattern.compile("lr(\\d+)[bn]\\d*(@.*)?");
    private static final String NOBODY = "02:00:00:00:ff:fe";

    /** Reserved for tests of networks (RFC 2544). */
    private static final String SUBNETS = "198.18.";

    private static final int ME = 254;

    private final long pid = ProcessHandle.current().pid();
    private final int nodes;
    private final String subnet;
    private final int[][] cuts;

    /** @throws IOException when namespaces can't be made here, with the reason */
    Network(int nodes) throws IOException {
        this.nodes = nodes;
        cuts = new int[nodes][nodes];
        removeLeftovers();
        subnet = freeSubnet();
        try {
            create();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void create() throws IOException {
        Shell.run("ip", "link", "add", bridge(), "type", "bridge");
        Shell.run("ip", "address", "add", subnet + ME + "/24", "dev", bridge());
        Shell.run("ip", "link", "set", bridge(), "up");
        for (int node = 0; node < nodes; node++) {
            String name = namespace(node);
            Shell.run("ip", "netns", "add", name);
            Shell.run("ip", "link", "add", link(node), "type", "veth", "peer", "name", "e0", "netns", name);
            Shell.run("ip", "link", "set", link(node), "master", bridge(), "up");
            Shell.run("ip", "-n", name, "link", "set", "e0", "address", hardware(node));
            Shell.run("ip", "-n", name, "address", "add", address(node) + "/24", "dev", "e0");
            Shell.run("ip", "-n", name, "link", "set", "lo", "up");
            Shell.run("ip", "-n", name, "link", "set", "e0", "up");
        }
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                if (from != to) {
                    neighbour(from, to, hardware(to));
                }
            }
        }
    }

    String address(int node) {
        return subnet + (node + 1);
    }

    String namespace(int node) {
        return PREFIX + pid + "-" + node;
    }

    /** What one node sends to the other is lost, until {@link #mend} was called as often. */
    void cut(int from, int to) throws IOException {
        if (cuts[from][to]++ == 0) {
            neighbour(from, to, NOBODY);
        }
    }

    void mend(int from, int to) throws IOException {
        if (--cuts[from][to] == 0) {
            neighbour(from, to, hardware(to));
        }
    }

    /** Pulls the plug: neither nodes nor clients reach it. */
    void unplug(int node) throws IOException {
        Shell.run("ip", "link", "set", link(node), "down");
    }

    void plug(int node) throws IOException {
        Shell.run("ip", "link", "set", link(node), "up");
    }

    /** What is sent to the node and by it goes through a thin wire; what waits too long is dropped. */
    void slow(int node, String rate, String latency) throws IOException {
        String[] filter = {"root", "tbf", "rate", rate, "burst", "4kb", "latency", latency};
        Shell.run(concat(new String[] {"tc", "qdisc", "replace", "dev", link(node)}, filter));
        Shell.run(concat(new String[] {"tc", "-n", namespace(node), "qdisc", "replace", "dev", "e0"}, filter));
    }

    void fast(int node) throws IOException {
        Shell.run("tc", "qdisc", "delete", "dev", link(node), "root");
        Shell.run("tc", "-n", namespace(node), "qdisc", "delete", "dev", "e0", "root");
    }

    /** Ends what still runs in the namespaces, too. */
    @Override
    public void close() {
        for (int node = 0; node < nodes; node++) {
            removeNamespace(namespace(node));
            Shell.attempt("ip", "link", "delete", link(node));
        }
        Shell.attempt("ip", "link", "delete", bridge());
    }

    private void neighbour(int from, int to, String hardware) throws IOException {
        Shell.run(
                "ip",
                "-n",
                namespace(from),
                "neighbour",
                "replace",
                address(to),
                "lladdr",
                hardware,
                "dev",
                "e0",
                "nud",
                "permanent");
    }

    private String bridge() {
        return "lr" + pid + "b";
    }

    private String link(int node) {
        return "lr" + pid + "n" + node;
    }

    private static String hardware(int node) {
        return "02:00:00:00:00:0" + (node + 1);
    }

    private static String freeSubnet() throws SocketException {
        List<String> taken = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .map(address -> address.getHostAddress())
                .toList();
        for (int third = (int) (ProcessHandle.current().pid() % 250); ; third++) {
            String subnet = SUBNETS + third % 250 + ".";
            if (taken.stream().noneMatch(address -> address.startsWith(subnet))) {
                return subnet;
            }
        }
    }

    private static void removeLeftovers() throws IOException {
        for (String line : Shell.lines("ip", "netns", "list")) {
            if (isLeftover(NAMESPACE.matcher(line))) {
                removeNamespace(line.split(" ")[0]);
            }
        }
        for (String line : Shell.lines("ip", "-brief", "link", "show")) {
            if (isLeftover(LINK.matcher(line.split(" ")[0]))) {
                Shell.attempt("ip", "link", "delete", line.split("[@ ]")[0]);
            }
        }
    }

    private static boolean isLeftover(Matcher name) {
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
    }

    private static void removeNamespace(String name) {
        List<ProcessHandle> processes = new ArrayList<>();
        try {
            for (String process : Shell.lines("ip", "netns", "pids", name)) {
                Optional<ProcessHandle> handle = ProcessHandle.of(Long.parseLong(process.strip()));
                handle.ifPresent(processes::add);
            }
        } catch (IOException noSuchNamespace) {
            return;
        }
        processes.forEach(ProcessHandle::destroyForcibly);
        Shell.attempt("ip", "netns", "delete", name);
    }

    private static String[] concat(String[] first, String[] second) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(second));
        return all.toArray(String[]::new);
    }
}
