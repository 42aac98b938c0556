package io.lightraft.node;

import io.lightraft.transport.Frame;
import io.lightraft.transport.Frame.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who want to write, on the leader, in the order in which they came. While a transaction has its {@link WriteTurn}
 * the others wait; whoever reaches its deadline here is refused. With no transaction about, everything passes through to
 * the intake. Owned by the raft loop.
 */
final class WriteLine {

    private static final long MAX_PARKED_BYTES = 64L << 20;

    /** What a refusal needs to arrive before its deadline: a tenth of the time, at the most this. */
    private static final long LONGEST_WAY_MILLIS = 500;

    private sealed interface Waiting permits Parked, Turn {}

    private record Parked(long from, Frame.Proposals frame, long[] deadlines, long bytes) implements Waiting {}

    private record Turn(WriteTurn turn) implements Waiting {}

    private final ProposalIntake intake;
    private final BiConsumer<Long, Frame.Verdicts> answer;
    private final LongSupplier lastIndex;
    private final LongPredicate leads;
    private final Deque<Waiting> line = new ArrayDeque<>();
    private final Map<UUID, Long> parkedEnds = new HashMap<>();
    private @Nullable WriteTurn holder;
    private long parkedBytes;
    private long appliedIndex;
    private long term;

    /**
     * @param answer takes the raft id of a proposer's node and verdicts for it
     * @param lastIndex of the leader's log
     * @param leads whether this node leads in a term; it may not any more, and {@link #lose} is still to come
     */
    WriteLine(
            ProposalIntake intake,
            BiConsumer<Long, Frame.Verdicts> answer,
            LongSupplier lastIndex,
            LongPredicate leads,
            long appliedIndex) {
        this.intake = intake;
        this.answer = answer;
        this.lastIndex = lastIndex;
        this.leads = leads;
        this.appliedIndex = appliedIndex;
    }

    /** As {@link ProposalIntake#accept}; the verdicts on what has to wait come later. */
    Frame.@Nullable Verdicts accept(long from, Frame.Proposals frame, long currentTerm, long nowMillis) {
        WriteTurn turn = holder;
        if (turn != null && turn.proposer.equals(frame.incarnation())) {
            boolean fresh = intake.isFresh(frame, currentTerm);
            Frame.Verdicts verdicts = intake.accept(frame, currentTerm);
            if (fresh) {
                end(turn);
            }
            return verdicts;
        }
        if (turn == null && line.isEmpty() || frame.term() != currentTerm) {
            return intake.accept(frame, currentTerm);
        }
        park(from, frame, currentTerm, nowMillis);
        return intake.known(frame, currentTerm);
    }

    /** @param currentTerm of which this node is the leader */
    void request(WriteTurn turn, long currentTerm) {
        term = currentTerm;
        line.add(new Turn(turn));
        contend();
        serve();
    }

    void applied(long index) {
        appliedIndex = index;
        WriteTurn turn = holder;
        if (turn != null && turn.afterIndex <= index && !turn.granted.isDone() && leads.test(term)) {
            turn.granted.complete(turn);
        }
    }

    void giveBack(WriteTurn turn) {
        if (turn == holder) {
            end(turn);
        } else {
            turn.end();
            line.removeIf(waiting -> waiting instanceof Turn other && other.turn() == turn);
            serve();
        }
    }

    void expire(long nowMillis) {
        if (holder == null && line.isEmpty()) {
            return;
        }
        for (Waiting waiting : List.copyOf(line)) {
            if (waiting instanceof Turn late && late.turn().deadlineMillis <= nowMillis) {
                line.remove(waiting);
                refuse(late.turn());
            } else if (waiting instanceof Parked parked) {
                for (int i = 0; i < parked.deadlines().length; i++) {
                    if (parked.deadlines()[i] <= nowMillis) {
                        parked.deadlines()[i] = Long.MAX_VALUE;
                        refuse(parked.from(), parked.frame(), parked.frame().firstNumber() + i);
                    }
                }
            }
        }
        WriteTurn turn = holder;
        if (turn != null && !turn.granted.isDone() && turn.deadlineMillis <= nowMillis) {
            refuse(turn);
            end(turn);
        }
    }

    /** This node does not lead the term any more. What is parked is proposed again by its origin. */
    void lose() {
        if (holder != null) {
            fail(holder);
        }
        for (Waiting waiting : line) {
            if (waiting instanceof Turn other) {
                fail(other.turn());
            }
        }
        holder = null;
        line.clear();
        parkedEnds.clear();
        parkedBytes = 0;
    }

    private static void fail(WriteTurn turn) {
        turn.end();
        turn.granted.completeExceptionally(new ReplicaException.NoLeader("the leader changed"));
    }

    private static void refuse(WriteTurn turn) {
        turn.end();
        turn.granted.completeExceptionally(new ReplicaException.Busy(
                "busy: others were writing until the deadline. The statement was not run; retry it a little later."));
    }

    private void park(long from, Frame.Proposals frame, long currentTerm, long nowMillis) {
        term = currentTerm;
        long known = Math.max(
                intake.next(frame.incarnation(), currentTerm), parkedEnds.getOrDefault(frame.incarnation(), 0L));
        long end = frame.firstNumber() + frame.commands().size();
        if (frame.firstNumber() > known || end <= known) {
            return;
        }
        Frame.Proposals fresh = frame.from(known);
        parkedEnds.put(frame.incarnation(), end);
        long bytesBefore = parkedBytes;
        long[] deadlines = new long[fresh.commands().size()];
        for (int i = 0; i < deadlines.length; i++) {
            int bytes = fresh.commands().get(i).length;
            if (parkedBytes + bytes > MAX_PARKED_BYTES) {
                deadlines[i] = Long.MAX_VALUE;
                refuse(from, fresh, known + i);
            } else {
                parkedBytes += bytes;
                long patience = fresh.patienceMillis().get(i);
                deadlines[i] = nowMillis + patience - Math.min(LONGEST_WAY_MILLIS, patience / 10);
            }
        }
        line.add(new Parked(from, fresh, deadlines, parkedBytes - bytesBefore));
        contend();
    }

    private void contend() {
        if (holder != null) {
            holder.contend();
        }
    }

    private void refuse(long from, Frame.Proposals frame, long number) {
        intake.refuse(frame.incarnation(), frame.term(), number);
        answer.accept(from, new Frame.Verdicts(frame.incarnation(), frame.term(), number, List.of(Verdict.HELD)));
    }

    private void end(WriteTurn turn) {
        turn.end();
        holder = null;
        serve();
    }

    private void serve() {
        while (holder == null && !line.isEmpty() && leads.test(term)) {
            Waiting next = line.poll();
            if (next instanceof Parked parked) {
                parkedBytes -= parked.bytes();
                Frame.Verdicts verdicts = intake.accept(parked.frame(), term);
                if (verdicts != null) {
                    answer.accept(parked.from(), verdicts);
                }
            } else if (next instanceof Turn other) {
                holder = other.turn();
                holder.afterIndex = lastIndex.getAsLong();
                if (!line.isEmpty()) {
                    holder.contend();
                }
                applied(appliedIndex);
            }
        }
        if (line.isEmpty()) {
            parkedEnds.clear();
        }
    }
}
