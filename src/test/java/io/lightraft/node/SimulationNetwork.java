package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.transport.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/** Frames under way. They get lost, doubled, late and out of order, as the plan has it, until {@link #heal}. */
final class SimulationNetwork {

    private static final int MAX_LATE_MILLIS = 60;

    record Flight(long due, long number, long from, Frame frame) {}

    private record Stream(long from, long to, boolean bulk) {}

    private final SimulationPlan plan;
    private final SplittableRandom random;
    private final Map<Long, PriorityQueue<Flight>> inboxes = new HashMap<>();
    private final Map<Stream, Long> lastDue = new HashMap<>();
    private final Set<Long> cuts = new HashSet<>();
    private final Set<Long> inOrder = new HashSet<>();
    private boolean healed;
    private long count;

    SimulationNetwork(SimulationPlan plan, SplittableRandom random) {
        this.plan = plan;
        this.random = random;
    }

    void send(long now, long from, long to, Frame frame) {
        if (isCut(from, to)) {
            return;
        }
        if (healed) {
            fly(now + 1, from, to, frame);
            return;
        }
        if (random.nextDouble() < plan.lossRate()) {
            return;
        }
        long due = now + 1 + random.nextInt(plan.maxDelayMillis());
        boolean keepsOrder = inOrder.contains(to);
        if (plan.ordered() || keepsOrder) {
            due = lastDue.merge(new Stream(from, to, isBulk(frame) && !keepsOrder), due, Math::max);
        }
        boolean late = random.nextDouble() < plan.duplicateRate();
        if (!late || random.nextInt(4) > 0) {
            fly(due, from, to, frame);
        }
        if (late) {
            long lateDue = now + 1 + random.nextInt(MAX_LATE_MILLIS);
            if (!keepsOrder) {
                fly(lateDue, from, to, frame);
            }
        }
    }

    /** What has arrived by now, in order. */
    Deque<Flight> arrived(long now, long to) {
        Deque<Flight> arrived = new ArrayDeque<>();
        PriorityQueue<Flight> inbox = inboxes.get(to);
        while (inbox != null && !inbox.isEmpty() && inbox.peek().due() <= now) {
            arrived.add(inbox.poll());
        }
        return arrived;
    }

    /**
     * What is sent to this node arrives once, and in the order in which it was sent, as the real streams have it. Who
     * lost his data needs that: a heartbeat for what he had must not come behind the word that he is taken in again.
     */
    void keepOrder(long to) {
        inOrder.add(to);
    }

    /** Nothing that is under way from or to this node arrives. */
    void drop(long id) {
        inboxes.remove(id);
        inboxes.values().forEach(inbox -> inbox.removeIf(flight -> flight.from() == id));
    }

    /** Nothing gets through between these two, not even what is under way. */
    void part(long a, long b) {
        cut(a, b);
        cut(b, a);
        forget(a, b);
        forget(b, a);
    }

    /** What is under way to this node comes so much later, as if it had to be sent again. */
    void holdUp(long to, int millis) {
        PriorityQueue<Flight> inbox = inboxes.remove(to);
        while (inbox != null && !inbox.isEmpty()) {
            Flight flight = inbox.poll();
            fly(flight.due() + millis, flight.from(), to, flight.frame());
        }
    }

    private void forget(long from, long to) {
        PriorityQueue<Flight> inbox = inboxes.get(to);
        if (inbox != null) {
            inbox.removeIf(flight -> flight.from() == from);
        }
    }

    boolean isCut(long from, long to) {
        return cuts.contains(link(from, to));
    }

    void cut(long from, long to) {
        cuts.add(link(from, to));
    }

    void joinAll() {
        cuts.clear();
    }

    boolean isHealed() {
        return healed;
    }

    void heal() {
        healed = true;
        joinAll();
    }

    /** Cuts a random part of the cluster off from the rest. */
    void partition(List<Long> ids) {
        joinAll();
        List<Long> side = new ArrayList<>();
        ids.forEach(id -> {
            if (random.nextBoolean()) {
                side.add(id);
            }
        });
        boolean oneWay = random.nextInt(3) == 0;
        for (long a : side) {
            for (long b : ids) {
                if (!side.contains(b)) {
                    cut(a, b);
                    if (!oneWay) {
                        cut(b, a);
                    }
                }
            }
        }
    }

    private void fly(long due, long from, long to, Frame frame) {
        inboxes.computeIfAbsent(
                        to,
                        id -> new PriorityQueue<>(
                                Comparator.comparingLong(Flight::due).thenComparingLong(Flight::number)))
                .add(new Flight(due, ++count, from, frame));
    }

    private static boolean isBulk(Frame frame) {
        return !(frame instanceof Frame.Raft raft)
                || raft.message() instanceof Message.AppendEntries
                || raft.message() instanceof Message.AppendEntriesResponse;
    }

    private static long link(long from, long to) {
        return from << 8 | to;
    }
}
