package io.lightraft.nemesis;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who should be a member, and somebody who asks nodes for it again and again until it is so: whatever happens to the
 * calls, and to the nodes, meanwhile.
 */
final class Members {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final Duration PATIENCE = Duration.ofSeconds(300);

    private record View(Set<Integer> voters, Set<Integer> learners) {}

    private final int nodes;
    private final Admin admin;
    private final Random random;
    private final Set<Integer> out = new HashSet<>();

    Members(int nodes, Admin admin, Random random) {
        this.nodes = nodes;
        this.admin = admin;
        this.random = random;
        admin.later(this::work);
    }

    /** False when there must not be fewer. */
    synchronized boolean takeOut(List<Integer> those) {
        Set<Integer> all = new HashSet<>(out);
        all.addAll(those);
        if (out.stream().anyMatch(those::contains) || all.size() > (nodes - 1) / 2) {
            return false;
        }
        out.addAll(those);
        return true;
    }

    synchronized void takeIn(List<Integer> those) {
        those.forEach(out::remove);
    }

    /** One in and the other out, as one joint change. */
    synchronized void replace(int outgoing, int incoming) {
        if (out.remove(incoming)) {
            out.add(outgoing);
        }
    }

    synchronized Set<Integer> out() {
        return new TreeSet<>(out);
    }

    /** Whether all that should be members are voters now, and the others are none. */
    boolean areAsWanted() {
        View now = view();
        Set<Integer> wanted = IntStream.range(0, nodes).boxed().collect(Collectors.toCollection(TreeSet::new));
        wanted.removeAll(out());
        return now != null && now.voters().equals(wanted) && now.learners().isEmpty();
    }

    void awaitAllIn() {
        takeIn(List.copyOf(out()));
        await("all nodes are voters").atMost(PATIENCE).until(this::areAsWanted);
    }

    private void work() {
        while (!Thread.currentThread().isInterrupted()) {
            View now = view();
            if (now != null) {
                bringAbout(now);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void bringAbout(View now) {
        Set<Integer> present = new TreeSet<>(now.voters());
        present.addAll(now.learners());
        Set<Integer> remove = out();
        remove.retainAll(present);
        Set<Integer> add = IntStream.range(0, nodes).boxed().collect(Collectors.toCollection(TreeSet::new));
        add.removeAll(present);
        add.removeAll(out());
        int node = random.nextInt(nodes);
        if (add.size() + remove.size() > 1) {
            admin.call(
                    "several members at once",
                    node,
                    "POST",
                    "/admin/members/change",
                    "{\"add\":" + add + ",\"remove\":" + remove + "}");
        } else if (!remove.isEmpty()) {
            int gone = remove.iterator().next();
            admin.call("remove a member", node, "DELETE", "/admin/members/" + gone, "");
        } else if (!add.isEmpty()) {
            int come = add.iterator().next();
            admin.call("add a member", node, "POST", "/admin/members", "{\"nodeId\":" + come + "}");
        } else if (!now.learners().isEmpty() && random.nextInt(4) == 0) {
            int learner = now.learners().iterator().next();
            admin.call("promote a member", node, "POST", "/admin/members/" + learner + "/promote", "");
        }
    }

    /** As the leader sees it; null when none answers. */
    private @Nullable View view() {
        for (int node = 0; node < nodes; node++) {
            JsonNode answer = admin.call("list members", node, "GET", "/admin/members", "");
            JsonNode leader = answer == null ? null : answer.get("leaderId");
            if (answer != null && leader != null && leader.isInt() && leader.asInt() == node) {
                return new View(withRole(answer, "VOTER"), withRole(answer, "LEARNER"));
            }
        }
        return null;
    }

    private static Set<Integer> withRole(JsonNode answer, String role) {
        Set<Integer> found = new TreeSet<>();
        for (JsonNode member : answer.get("members")) {
            if (member.get("role").asString().equals(role)) {
                found.add(member.get("nodeId").asInt());
            }
        }
        return found;
    }
}
