package io.lightraft.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Linearizable read points (thesis §6.4). One round is under way at a time; a read joins only the round that starts
 * after it arrived. A question that gets no answer is asked again under another name, because an acknowledgement of an
 * earlier question proves nothing for a later one (etcd #20418); an answer to any of the round's questions will do, as all
 * were asked after its reads arrived. Owned by the raft loop.
 */
final class ReadRounds {

    static final long NO_DEADLINE = Long.MAX_VALUE;

    private static final int MAX_DOUBLINGS = 4;

    private final UUID incarnation;
    private final int firstRetryTicks;
    private final Consumer<String> askLeader;
    private final Supplier<String> whyNoLeader;

    private final List<Waiter> waiting = new ArrayList<>();
    private final PriorityQueue<Waiter> untilApplied = new PriorityQueue<>(Comparator.comparingLong(w -> w.index));
    private @Nullable Round round;
    private long questionCount;
    private int ticks;
    private long appliedIndex;

    private static final class Waiter {
        final CompletableFuture<Long> future;
        final long deadlineMillis;
        long index;

        Waiter(CompletableFuture<Long> future, long deadlineMillis) {
            this.future = future;
            this.deadlineMillis = deadlineMillis;
        }
    }

    private static final class Round {
        final List<Waiter> readers;
        final Set<String> contexts = new HashSet<>();
        int retryAfterTicks;

        Round(List<Waiter> readers) {
            this.readers = readers;
        }
    }

    /**
     * @param firstRetryTicks after so many without an answer the leader is asked again
     * @param askLeader puts a question of this name to the core
     */
    ReadRounds(
            UUID incarnation,
            int firstRetryTicks,
            long appliedIndex,
            Consumer<String> askLeader,
            Supplier<String> whyNoLeader) {
        this.incarnation = incarnation;
        this.firstRetryTicks = firstRetryTicks;
        this.appliedIndex = appliedIndex;
        this.askLeader = askLeader;
        this.whyNoLeader = whyNoLeader;
    }

    void await(CompletableFuture<Long> future, long deadlineMillis) {
        waiting.add(new Waiter(future, deadlineMillis));
    }

    /** Begins a round for all that wait, unless one is under way. */
    void flush() {
        if (round == null && !waiting.isEmpty()) {
            round = new Round(new ArrayList<>(waiting));
            waiting.clear();
            ask(round);
        }
    }

    /** The leader confirmed a round: everything committed before it began is at most at this index. */
    void confirmed(String context, long index) {
        if (round == null || !round.contexts.contains(context)) {
            return;
        }
        for (Waiter waiter : round.readers) {
            waiter.index = index;
            untilApplied.add(waiter);
        }
        round = null;
        applied(appliedIndex);
    }

    void applied(long index) {
        appliedIndex = Math.max(appliedIndex, index);
        while (!untilApplied.isEmpty() && untilApplied.peek().index <= appliedIndex) {
            untilApplied.poll().future.complete(appliedIndex);
        }
    }

    /** The round's question may be lost, or have gone to a leader that is none any more. */
    void askAnew() {
        if (round != null) {
            round.contexts.clear();
            ask(round);
        }
    }

    void tick() {
        if (round != null && ticks++ >= round.retryAfterTicks) {
            ask(round);
        }
    }

    void expire(long nowMillis) {
        expire(waiting.iterator(), nowMillis, whyNoLeader);
        if (round != null) {
            expire(round.readers.iterator(), nowMillis, whyNoLeader);
            if (round.readers.isEmpty()) {
                // Later reads would wait for an answer that nobody wants.
                round = null;
            }
        }
        expire(
                untilApplied.iterator(),
                nowMillis,
                () -> "this node has applied up to " + appliedIndex + " and is still catching up");
    }

    /** Whether nobody waits for an answer. Who waits without a deadline is this node itself, for as long as it takes. */
    boolean isIdle() {
        return Stream.of(waiting, round == null ? List.<Waiter>of() : round.readers, untilApplied)
                .flatMap(Collection::stream)
                .allMatch(waiter -> waiter.deadlineMillis == NO_DEADLINE);
    }

    void stop(String reason) {
        if (round != null) {
            waiting.addAll(round.readers);
            round = null;
        }
        waiting.addAll(untilApplied);
        waiting.forEach(waiter -> waiter.future.completeExceptionally(new ReplicaException.Stopped(reason + ".")));
        waiting.clear();
        untilApplied.clear();
    }

    private void ask(Round asked) {
        String context = incarnation + "/" + ++questionCount;
        asked.contexts.add(context);
        // Each further question waits twice as long, so that a slow network is not flooded.
        asked.retryAfterTicks = firstRetryTicks << Math.min(asked.contexts.size() - 1, MAX_DOUBLINGS);
        ticks = 0;
        askLeader.accept(context);
    }

    private static void expire(Iterator<Waiter> waiters, long nowMillis, Supplier<String> why) {
        while (waiters.hasNext()) {
            Waiter waiter = waiters.next();
            if (waiter.deadlineMillis <= nowMillis) {
                waiters.remove();
                waiter.future.completeExceptionally(new ReplicaException.NoLeader(
                        why.get() + ". Retry later, or read with level none, which may be stale."));
            }
        }
    }
}
