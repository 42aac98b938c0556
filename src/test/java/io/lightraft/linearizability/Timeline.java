package io.lightraft.linearizability;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One partition of a history, in the order in which answers came. Operations with an answer are numbered from 0 in
 * that order, open ones from 0 in the order of their calls.
 */
final class Timeline<I, O> {

    /** In the order of their answers. */
    final List<Operation<I, O>> answered;

    /** In the order of their calls, without those that only read, which bind nobody. */
    final List<Operation<I, O>> open;

    /** For each answer, what was called by then and had no answer before; ascending, so it comes first itself. */
    final List<int[]> pending = new ArrayList<>();

    /** For each answer, how many open operations had been called by then. */
    final int[] openBy;

    /** A small number for each answered operation, unlike that of any operation that is pending with it. */
    final int[] slot;

    /** For each open operation, the last one before it with an equal input; -1 for none. */
    final int[] twin;

    /** For each answer, the first one from it on of an operation that only reads; the number of answers for none. */
    final int[] readFrom;

    /** For each answer that {@link #helpersOf} was asked about, the result. */
    private final Map<Integer, Helpers> helpers = new HashMap<>();

    private final Model<?, I, O> model;

    /** Operations that may help to give an answer. */
    record Helpers(int[] answered, int[] open) {}

    Timeline(Model<?, I, O> model, List<Operation<I, O>> operations) {
        this.model = model;
        answered = operations.stream()
                .filter(operation -> !operation.isOpen())
                .sorted(Comparator.comparingLong(Operation::returned))
                .collect(Collectors.toList());
        open = operations.stream()
                .filter(operation -> operation.isOpen() && !model.readOnly(operation.input(), null))
                .sorted(Comparator.comparingLong(Operation::called))
                .collect(Collectors.toList());
        slot = new int[answered.size()];
        openBy = new int[answered.size()];
        twin = new int[open.size()];
        readFrom = new int[answered.size()];
        sweepAnswers();
        findTwins();
        findReads();
    }

    private void sweepAnswers() {
        List<Integer> byCall = new ArrayList<>();
        for (int i = 0; i < answered.size(); i++) {
            byCall.add(i);
        }
        byCall.sort(Comparator.comparingLong(i -> answered.get(i).called()));
        TreeSet<Integer> running = new TreeSet<>();
        BitSet takenSlots = new BitSet();
        int calls = 0;
        int openCalls = 0;
        for (int i = 0; i < answered.size(); i++) {
            long now = answered.get(i).returned();
            while (calls < byCall.size() && answered.get(byCall.get(calls)).called() <= now) {
                int operation = byCall.get(calls++);
                slot[operation] = takenSlots.nextClearBit(0);
                takenSlots.set(slot[operation]);
                running.add(operation);
            }
            while (openCalls < open.size() && open.get(openCalls).called() <= now) {
                openCalls++;
            }
            openBy[i] = openCalls;
            pending.add(running.stream().mapToInt(Integer::intValue).toArray());
            running.remove(i);
            takenSlots.clear(slot[i]);
        }
    }

    private void findTwins() {
        Map<I, Integer> last = new HashMap<>();
        for (int i = 0; i < open.size(); i++) {
            Integer before = last.put(open.get(i).input(), i);
            twin[i] = before == null ? -1 : before;
        }
    }

    private void findReads() {
        int read = answered.size();
        for (int i = answered.size() - 1; i >= 0; i--) {
            Operation<I, O> operation = answered.get(i);
            if (model.readOnly(operation.input(), operation.output())) {
                read = i;
            }
            readFrom[i] = read;
        }
    }

    /** What was called before that answer came, and {@link Model#resets} the object towards it. */
    Helpers helpersOf(int answer) {
        return helpers.computeIfAbsent(answer, key -> {
            Operation<I, O> read = answered.get(answer);
            return new Helpers(helpersOf(read, answered), helpersOf(read, open));
        });
    }

    private int[] helpersOf(Operation<I, O> read, List<Operation<I, O>> operations) {
        O answer = Objects.requireNonNull(read.output());
        return IntStream.range(0, operations.size())
                .filter(i -> operations.get(i).called() <= read.returned()
                        && model.resets(operations.get(i).input(), answer))
                .toArray();
    }
}
