package io.lightraft.linearizability;

import io.lightraft.linearizability.Configuration.Key;
import io.lightraft.linearizability.Result.Step;
import io.lightraft.linearizability.Timeline.Helpers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the operations of one partition. It is the search of Wing and Gong ("Testing and Verifying
 * Concurrent Objects", 1993) with the two improvements of Lowe ("Testing for Linearizability", 2017): an operation is
 * placed only when an answer has to be explained (just in time), and no configuration is entered twice.
 *
 * <p>What keeps it small beyond that:
 *
 * <ul>
 *   <li>An operation that only reads is placed as soon as its answer is right: it changes nothing, so it is in nobody's
 *       way, and the order without it is as good.
 *   <li>Open operations are options, never duties. So a configuration is not worth entering if another one with the
 *       same state and the same duties has used a subset of its open operations; and of several open operations with
 *       equal inputs, the first is used first.
 *   <li>A configuration from whose state the next read can't get its answer any more is a dead end.
 *   <li>The furthest configuration goes first, and among equals the one that used the fewest open operations, so that
 *       the subsets come before their supersets.
 * </ul>
 */
final class Search<S, I, O> {

    /** How many comparisons of sets of open operations may be made for each configuration of the bound. */
    private static final long COMPARISONS = 100;

    /** A configuration of which the operations with answers, or the open ones, are still to be tried. */
    private record Task<S, I, O>(Configuration<S, I, O> from, boolean openOnes, int spent, long number) {}

    private final Model<S, I, O> model;
    private final long maxConfigurations;
    private final Timeline<I, O> timeline;
    private final Map<Key<S>, List<BitSet>> entered = new HashMap<>();
    private final PriorityQueue<Task<S, I, O>> tasks = new PriorityQueue<>(
            Comparator.comparingInt((Task<S, I, O> task) -> -task.from().next())
                    .thenComparingInt(Task::spent)
                    .thenComparingLong(task -> -task.number()));
    private Configuration<S, I, O> furthest;
    private long configurations;
    private long comparisons;
    private long tasksMade;

    Search(Model<S, I, O> model, List<Operation<I, O>> operations, long maxConfigurations) {
        this.model = model;
        this.maxConfigurations = maxConfigurations;
        this.timeline = new Timeline<>(model, operations);
        this.furthest = new Configuration<>(0, new BitSet(), new BitSet(), model.initial(), null, null);
    }

    Verdict run() {
        enter(settle(furthest));
        while (furthest.next() < timeline.answered.size()) {
            if (configurations > maxConfigurations || comparisons > COMPARISONS * maxConfigurations) {
                return Verdict.GAVE_UP;
            }
            Task<S, I, O> task = tasks.poll();
            if (task == null) {
                return Verdict.NOT_LINEARIZABLE;
            }
            if (task.openOnes()) {
                tryOpen(task.from());
            } else {
                tryAnswered(task.from());
                add(task.from(), true);
            }
        }
        return Verdict.OK;
    }

    private void tryAnswered(Configuration<S, I, O> from) {
        int[] pending = timeline.pending.get(from.next());
        // Backwards: among equals the last one entered goes first, and that should be the one answered first.
        for (int i = pending.length - 1; i >= 0; i--) {
            int operation = pending[i];
            if (!from.placed().get(timeline.slot[operation])) {
                after(from, timeline.answered.get(operation))
                        .ifPresent(state -> enter(settle(place(from, operation, state))));
            }
        }
    }

    private void tryOpen(Configuration<S, I, O> from) {
        for (int i = timeline.openBy[from.next()] - 1; i >= 0; i--) {
            int twin = timeline.twin[i];
            boolean twinFirst = twin >= 0 && !from.spent().get(twin);
            if (from.spent().get(i) || twinFirst) {
                continue;
            }
            Operation<I, O> operation = timeline.open.get(i);
            Optional<S> state = after(from, operation);
            // Without an effect it might as well not have happened.
            if (state.isPresent() && !state.get().equals(from.state())) {
                BitSet spent = with(from.spent(), i);
                enter(settle(new Configuration<>(from.next(), from.placed(), spent, state.get(), from, operation)));
            }
        }
    }

    private Optional<S> after(Configuration<S, I, O> from, Operation<I, O> operation) {
        return model.step(from.state(), operation.input(), operation.output());
    }

    private Configuration<S, I, O> place(Configuration<S, I, O> from, int operation, S state) {
        BitSet placed = with(from.placed(), timeline.slot[operation]);
        int next = from.next();
        while (next < timeline.answered.size() && placed.get(timeline.slot[next])) {
            placed.clear(timeline.slot[next]);
            next++;
        }
        return new Configuration<>(next, placed, from.spent(), state, from, timeline.answered.get(operation));
    }

    /** Places what only reads and fits. */
    private Configuration<S, I, O> settle(Configuration<S, I, O> configuration) {
        Configuration<S, I, O> settled = configuration;
        for (int read = fittingRead(settled); read >= 0; read = fittingRead(settled)) {
            settled = place(settled, read, settled.state());
        }
        return settled;
    }

    /** The number of a pending operation that only reads and fits, or -1. */
    private int fittingRead(Configuration<S, I, O> at) {
        if (at.next() == timeline.answered.size()) {
            return -1;
        }
        for (int i : timeline.pending.get(at.next())) {
            Operation<I, O> operation = timeline.answered.get(i);
            if (model.readOnly(operation.input(), operation.output())
                    && !at.placed().get(timeline.slot[i])
                    && after(at, operation).isPresent()) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the state rules out the next answer that only reads the object, and nothing left can help. */
    private boolean isDeadEnd(Configuration<S, I, O> at) {
        int answers = timeline.answered.size();
        int read = at.next() == answers ? answers : timeline.readFrom[at.next()];
        while (read < answers && isPlaced(at, read)) {
            read = read + 1 == answers ? answers : timeline.readFrom[read + 1];
        }
        if (read == answers) {
            return false;
        }
        O answer = Objects.requireNonNull(timeline.answered.get(read).output());
        if (model.canLeadTo(at.state(), answer)) {
            return false;
        }
        Helpers helpers = timeline.helpersOf(read);
        return Arrays.stream(helpers.answered()).allMatch(operation -> isPlaced(at, operation))
                && Arrays.stream(helpers.open()).allMatch(at.spent()::get);
    }

    private boolean isPlaced(Configuration<S, I, O> at, int operation) {
        if (operation < at.next()) {
            return true;
        }
        boolean running = timeline.answered.get(operation).called()
                <= timeline.answered.get(at.next()).returned();
        return running && at.placed().get(timeline.slot[operation]);
    }

    private void enter(Configuration<S, I, O> configuration) {
        if (isDeadEnd(configuration)) {
            return;
        }
        List<BitSet> known = entered.computeIfAbsent(configuration.key(), key -> new ArrayList<>(1));
        comparisons += known.size();
        if (known.stream().anyMatch(spent -> isSubset(spent, configuration.spent()))) {
            return;
        }
        known.add(configuration.spent());
        configurations++;
        if (configuration.next() > furthest.next()) {
            furthest = configuration;
        }
        add(configuration, false);
    }

    private void add(Configuration<S, I, O> from, boolean openOnes) {
        int spent = from.spent().cardinality() + (openOnes ? 1 : 0);
        tasks.add(new Task<>(from, openOnes, spent, tasksMade++));
    }

    private static BitSet with(BitSet set, int bit) {
        BitSet more = (BitSet) set.clone();
        more.set(bit);
        return more;
    }

    private static boolean isSubset(BitSet inner, BitSet outer) {
        int bit = inner.nextSetBit(0);
        while (bit >= 0 && outer.get(bit)) {
            bit = inner.nextSetBit(bit + 1);
        }
        return bit < 0;
    }

    long configurations() {
        return configurations;
    }

    /** The longest order found; all operations with an answer are in it if the verdict is OK. */
    List<Step<S, I, O>> order() {
        List<Step<S, I, O>> order = new ArrayList<>();
        for (@Nullable Configuration<S, I, O> at = furthest; at != null && at.last() != null; at = at.parent()) {
            order.add(new Step<>(at.last(), at.state()));
        }
        Collections.reverse(order);
        return order;
    }

    /** The first operation in the order of the answers that the order found does not explain. */
    Operation<I, O> stuck() {
        return timeline.answered.get(furthest.next());
    }
}
