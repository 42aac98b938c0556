package io.lightraft.nemesis;

import io.lightraft.nemesis.Faults.Begun;
import io.lightraft.nemesis.Faults.Fault;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What an operator does at a bad moment: members come and go, the leader is to be another one, snapshots are made. */
final class AdminFaults {

    private static final int AT_ONCE_MILLIS = 50;
    private static final int BEHIND_MILLIS = 3_000;
    private static final int LONGEST_PART_MILLIS = 500;

    private final Cluster cluster;
    private final Members members;
    private final Admin admin;
    private final Set<Integer> lagging = new HashSet<>();

    AdminFaults(Cluster cluster, Members members, Admin admin) {
        this.cluster = cluster;
        this.members = members;
        this.admin = admin;
    }

    /** Whether nobody lacks anything: then one node may lose what it has. */
    boolean isWhole() {
        return lagging.isEmpty()
                && members.out().isEmpty()
                && cluster.all().stream().allMatch(cluster::isReady)
                && members.areAsWanted();
    }

    void addTo(Map<String, Fault> faults) {
        faults.put("remove a member", random -> remove(List.of(any(random)), random));
        faults.put("remove the leader", random -> remove(List.of(leader(random)), random));
        faults.put("remove two members at once", random -> remove(two(random), random));
        faults.put("replace a member", this::replace);
        faults.put("hand over the leadership", this::handOver);
        faults.put("make snapshots", this::snapshots);
        faults.put("compare all content", this::verify);
        faults.put("tear a snapshot's transfer", this::tear);
    }

    private @Nullable Begun remove(List<Integer> those, Random random) {
        return members.takeOut(those)
                ? new Begun("remove " + those, membershipMillis(random), true, () -> members.takeIn(those))
                : null;
    }

    /** Long enough for a change to be made with other trouble around. */
    private static int membershipMillis(Random random) {
        return 2_000 + random.nextInt(10_000);
    }

    /** One goes at first; when it comes back, it takes the place of another one. */
    private @Nullable Begun replace(Random random) {
        List<Integer> both = two(random);
        List<Integer> first = both.subList(0, 1);
        if (!members.takeOut(first)) {
            return null;
        }
        int pauseMillis = 500 + random.nextInt(3_000);
        admin.later(() -> {
            sleep(pauseMillis);
            members.replace(both.get(1), both.get(0));
        });
        return new Begun(
                "replace " + both.get(1) + " by " + both.get(0),
                membershipMillis(random) + pauseMillis,
                true,
                () -> members.takeIn(both));
    }

    private Begun handOver(Random random) {
        int to = any(random);
        admin.post("hand over", any(random), "/admin/leader", "{\"nodeId\":" + to + "}", answer -> {});
        return momentary("hand over to " + to);
    }

    private Begun snapshots(Random random) {
        List<Integer> nodes = random.nextBoolean() ? List.of(any(random)) : cluster.all();
        nodes.forEach(this::snapshot);
        return momentary("make snapshots " + nodes);
    }

    private void snapshot(int node) {
        admin.post("make a snapshot", node, "/admin/snapshot", "", answer -> {});
    }

    private Begun verify(Random random) {
        int node = any(random);
        admin.post("compare all content", node, "/admin/verify", "", answer -> {
            for (var each : answer.get("nodes")) {
                if (each.get("equal").isBoolean() && !each.get("equal").asBoolean()) {
                    throw new IllegalStateException("nodes hold something else: " + answer);
                }
            }
        });
        return momentary("compare all content by " + node);
    }

    /** A node is left behind by logs that are cut short, and loses the wire again while it is sent a snapshot. */
    private @Nullable Begun tear(Random random) throws Exception {
        int node = any(random);
        if (!lagging.add(node)) {
            return null;
        }
        int partMillis = 30 + random.nextInt(LONGEST_PART_MILLIS);
        int gapMillis = 100 + random.nextInt(1_500);
        boolean kill = random.nextInt(3) == 0;
        cluster.network.unplug(node);
        return new Begun("tear snapshot for " + node, BEHIND_MILLIS, () -> {
            cluster.all().stream().filter(other -> other != node).forEach(this::snapshot);
            sleep(1_000);
            cluster.network.plug(node);
            for (int part = 0; part < 2; part++) {
                sleep(partMillis);
                if (kill && cluster.node(node).runs()) {
                    cluster.node(node).kill();
                    cluster.node(node).start();
                } else {
                    cluster.network.unplug(node);
                    sleep(gapMillis);
                    cluster.network.plug(node);
                }
            }
            lagging.remove(node);
        });
    }

    private static Begun momentary(String what) {
        return new Begun(what, AT_ONCE_MILLIS, () -> {});
    }

    private static void sleep(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private int any(Random random) {
        return random.nextInt(cluster.size());
    }

    private int leader(Random random) {
        int other = any(random);
        int leader = cluster.leader();
        return leader < 0 ? other : leader;
    }

    private List<Integer> two(Random random) {
        int first = any(random);
        int second = (first + 1 + random.nextInt(cluster.size() - 1)) % cluster.size();
        return List.of(first, second);
    }
}
