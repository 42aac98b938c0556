package io.lightraft.nemesis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What can be done to a cluster, and undone. */
final class Faults {

    interface Heal {
        void run() throws Exception;
    }

    /**
     * @param lengthMillis how long it should last; 0 for any time
     * @param background others come and go meanwhile, as many as without it
     */
    record Begun(String what, int lengthMillis, boolean background, Heal heal) {

        Begun(String what, int lengthMillis, Heal heal) {
            this(what, lengthMillis, false, heal);
        }
    }

    interface Fault {
        /** Null if it can't be done at the moment. */
        @Nullable
        Begun begin(Random random) throws Exception;
    }

    private static final int SHORT_FREEZE_MILLIS = 400;
    private static final int LONG_FREEZE_MILLIS = 4_000;
    /** A node that does not stop by then has lost nothing by being killed. */
    private static final int STOP_SECONDS = 30;

    private final Cluster cluster;
    private final Map<String, Fault> faults = new LinkedHashMap<>();
    /** Nodes that are down or frozen; a partition may cross other faults. */
    private final Set<Integer> busy = new HashSet<>();

    private final Set<Integer> slow = new HashSet<>();
    private final Set<Integer> unplugged = new HashSet<>();
    private int killedByForce;

    /** @param gentle without those after which nothing happens for a long time */
    Faults(Cluster cluster, AdminFaults admin, boolean gentle) {
        this.cluster = cluster;
        admin.addTo(faults);
        faults.put("kill a node", random -> kill("kill", List.of(any(random))));
        faults.put("kill the leader", random -> kill("kill leader", List.of(leader(random))));
        faults.put("kill a majority", random -> kill("kill", some(random, cluster.size() / 2 + 1)));
        faults.put("kill all nodes", random -> kill("kill", some(random, cluster.size())));
        if (gentle) {
            faults.keySet().removeAll(List.of("kill a majority", "kill all nodes"));
        }
        faults.put("stop and start the leader", random -> restart(leader(random)));
        faults.put("stop and start a node", random -> restart(any(random)));
        faults.put("empty a disk", random -> emptyDisk(any(random), admin));
        faults.put("empty the leader's disk", random -> emptyDisk(leader(random), admin));
        faults.put("freeze a node, shortly", random -> freeze(any(random), SHORT_FREEZE_MILLIS));
        faults.put("freeze the leader, shortly", random -> freeze(leader(random), SHORT_FREEZE_MILLIS));
        faults.put("freeze a node, long", random -> freeze(any(random), LONG_FREEZE_MILLIS));
        faults.put("freeze the leader, long", random -> freeze(leader(random), LONG_FREEZE_MILLIS));
        faults.put("isolate a node", random -> isolate(any(random)));
        faults.put("isolate the leader", random -> isolate(leader(random)));
        faults.put("unplug a node", random -> unplug(any(random)));
        faults.put("unplug the leader", random -> unplug(leader(random)));
        faults.put("split into halves", this::halves);
        faults.put("bridge between halves", this::bridge);
        faults.put("ring of majorities", this::ring);
        faults.put("mute the leader", random -> oneWay("mute leader", leader(random), true));
        faults.put("deafen the leader", random -> oneWay("deafen leader", leader(random), false));
        faults.put("deafen a node", random -> oneWay("deafen", any(random), false));
        faults.put("cut random directions", this::randomCuts);
        faults.put("slow wire to the leader", random -> slow(leader(random)));
        faults.put("slow wire to a node", random -> slow(any(random)));
    }

    List<String> names() {
        return List.copyOf(faults.keySet());
    }

    @Nullable
    Begun begin(String name, Random random) throws Exception {
        return faults.get(name).begin(random);
    }

    /** How many nodes did not stop when they were asked to. */
    int killedByForce() {
        return killedByForce;
    }

    private @Nullable Begun kill(String what, List<Integer> nodes) throws InterruptedException {
        List<Integer> killed =
                nodes.stream().filter(node -> !busy.contains(node)).toList();
        for (int node : killed) {
            cluster.node(node).kill();
        }
        return occupy(what, killed, 0, () -> {
            for (int node : killed) {
                cluster.node(node).start();
            }
        });
    }

    private @Nullable Begun restart(int node) throws IOException, InterruptedException {
        if (busy.contains(node)) {
            return null;
        }
        if (cluster.node(node).terminate(STOP_SECONDS) < 0) {
            killedByForce++;
        }
        return occupy("stop", List.of(node), 0, () -> cluster.node(node).start());
    }

    /** What all others have can't be lost by that; what only a minority has, is. So everybody must be well before it. */
    private @Nullable Begun emptyDisk(int node, AdminFaults admin) throws IOException, InterruptedException {
        if (!busy.isEmpty() || !unplugged.isEmpty() || !admin.isWhole()) {
            return null;
        }
        cluster.node(node).kill();
        cluster.node(node).loseDisk();
        return occupy("empty disk", List.of(node), 0, () -> cluster.node(node).start());
    }

    private @Nullable Begun freeze(int node, int millis) throws IOException {
        if (busy.contains(node)) {
            return null;
        }
        cluster.node(node).freeze();
        return occupy(
                "freeze for " + millis + " ms",
                List.of(node),
                millis,
                () -> cluster.node(node).thaw());
    }

    private @Nullable Begun occupy(String what, List<Integer> nodes, int millis, Heal heal) {
        if (nodes.isEmpty()) {
            return null;
        }
        busy.addAll(nodes);
        return new Begun(what + " " + nodes, millis, () -> {
            nodes.forEach(busy::remove);
            heal.run();
        });
    }

    private Begun isolate(int node) throws IOException {
        return cut("isolate " + node, (from, to) -> from == node || to == node);
    }

    private @Nullable Begun unplug(int node) throws IOException {
        if (!unplugged.add(node)) {
            return null;
        }
        cluster.network.unplug(node);
        return new Begun("unplug " + node, 0, () -> {
            unplugged.remove(node);
            cluster.network.plug(node);
        });
    }

    private Begun halves(Random random) throws IOException {
        List<Integer> order = shuffled(random);
        int half = cluster.size() / 2;
        return cut("halves " + order, (from, to) -> (order.indexOf(from) < half) != (order.indexOf(to) < half));
    }

    /** Two halves, and one node that sees both. */
    private Begun bridge(Random random) throws IOException {
        List<Integer> order = shuffled(random);
        int middle = cluster.size() / 2;
        return cut("bridge " + order, (from, to) -> {
            int a = order.indexOf(from);
            int b = order.indexOf(to);
            return Math.min(a, b) < middle && Math.max(a, b) > middle;
        });
    }

    /** Each sees just enough neighbours for a majority, and everybody another one. */
    private @Nullable Begun ring(Random random) throws IOException {
        int nodes = cluster.size();
        if (nodes < 4) {
            return null;
        }
        List<Integer> order = shuffled(random);
        return cut("ring " + order, (from, to) -> {
            int distance = Math.abs(order.indexOf(from) - order.indexOf(to));
            return Math.min(distance, nodes - distance) > nodes / 4;
        });
    }

    private Begun oneWay(String what, int node, boolean sender) throws IOException {
        return cut(what + " " + node, (from, to) -> (sender ? from : to) == node);
    }

    private Begun randomCuts(Random random) throws IOException {
        int nodes = cluster.size();
        Set<Integer> chosen = new HashSet<>();
        IntStream.range(0, nodes * nodes).filter(i -> random.nextInt(3) == 0).forEach(chosen::add);
        return cut(
                "cut from-to "
                        + chosen.stream().map(i -> i / nodes + "-" + i % nodes).toList(),
                (from, to) -> chosen.contains(from * nodes + to));
    }

    private @Nullable Begun slow(int node) throws IOException {
        if (!slow.add(node)) {
            return null;
        }
        cluster.network.slow(node, "400kbit", "300ms");
        return new Begun("slow " + node, 0, () -> {
            slow.remove(node);
            cluster.network.fast(node);
        });
    }

    private interface Cuts {
        boolean isCut(int from, int to);
    }

    private Begun cut(String what, Cuts cuts) throws IOException {
        List<int[]> done = new ArrayList<>();
        for (int from = 0; from < cluster.size(); from++) {
            for (int to = 0; to < cluster.size(); to++) {
                if (from != to && cuts.isCut(from, to)) {
                    cluster.network.cut(from, to);
                    done.add(new int[] {from, to});
                }
            }
        }
        return new Begun(what, 0, () -> {
            for (int[] pair : done) {
                cluster.network.mend(pair[0], pair[1]);
            }
        });
    }

    private int any(Random random) {
        return random.nextInt(cluster.size());
    }

    private int leader(Random random) {
        int other = any(random);
        int leader = cluster.leader();
        return leader < 0 ? other : leader;
    }

    private List<Integer> some(Random random, int count) {
        return shuffled(random).subList(0, count);
    }

    private List<Integer> shuffled(Random random) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, cluster.size()).boxed().toList());
        Collections.shuffle(order, random);
        return order;
    }
}
