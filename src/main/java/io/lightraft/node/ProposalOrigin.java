package io.lightraft.node;

import io.lightraft.transport.Frame;
import io.lightraft.transport.Frame.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides the fate of the commands that were given to this node, exactly:
 *
 * <ul>
 *   <li>applied here under its id (incarnation, term, number): done, and this is its result;
 *   <li>an entry of a later term is applied here and the id was not seen: it can never commit, so it is proposed again;
 *   <li>refused by the leader of its term, which then never appends it: not done;
 *   <li>the state came by a snapshot while it was under way: outcome unknown, unless it is repeatable: then it is
 *       proposed again;
 *   <li>the deadline passed while it was under way: outcome unknown.
 * </ul>
 *
 * <p>A word of "not leader" proves nothing, so there is no such word. Owned by the raft loop; has no clock of its own.
 */
final class ProposalOrigin<R> {

    private static final int MAX_STUCK_CALLS = 16;

    private final UUID incarnation;
    private final boolean once;
    private final int maxPending;
    private final long maxBytes;
    private final BiConsumer<Long, Frame.Proposals> sendTo;
    private final Supplier<String> whyNoLeader;

    private final Deque<Pending<R>> waiting = new ArrayDeque<>();
    private final TreeMap<Long, ProposalWindow<R>> windows = new TreeMap<>();
    private int pendingCount;
    private long pendingBytes;
    private long leaderTerm;
    private long leaderId;
    private boolean transferring;

    private long stuckTerm;
    private long stuckNumber;
    private int stuckCalls;

    /** No open proposal has an earlier deadline; a later one than this may be the earliest. */
    private long earliestDeadlineMillis = Long.MAX_VALUE;

    ProposalOrigin(
            UUID incarnation,
            int maxPending,
            long maxBytes,
            BiConsumer<Long, Frame.Proposals> sendTo,
            Supplier<String> whyNoLeader) {
        this(incarnation, false, maxPending, maxBytes, sendTo, whyNoLeader);
    }

    /**
     * @param once nothing is proposed again by itself, as it would be in vain
     * @param sendTo takes a leader's raft id and a frame for it; may bring the verdicts before it returns
     * @param whyNoLeader the words for a command that met its deadline before it could be sent
     */
    ProposalOrigin(
            UUID incarnation,
            boolean once,
            int maxPending,
            long maxBytes,
            BiConsumer<Long, Frame.Proposals> sendTo,
            Supplier<String> whyNoLeader) {
        this.incarnation = incarnation;
        this.once = once;
        this.maxPending = maxPending;
        this.maxBytes = maxBytes;
        this.sendTo = sendTo;
        this.whyNoLeader = whyNoLeader;
    }

    void propose(byte[] command, CompletableFuture<R> future, long deadlineMillis) {
        propose(new Pending<>(command, false, future, deadlineMillis));
    }

    void propose(Pending<R> pending) {
        if (pendingCount >= maxPending || pendingBytes + pending.command.length > maxBytes) {
            pending.future.completeExceptionally(new ReplicaException.Busy("busy: " + pendingCount + " writes ("
                    + pendingBytes + " bytes) wait on this node. Nothing was done; retry a little later."));
            return;
        }
        pendingCount++;
        pendingBytes += pending.command.length;
        waiting.add(pending);
        earliestDeadlineMillis = Math.min(earliestDeadlineMillis, pending.deadlineMillis);
    }

    /** Who leads the present term; 0 when unknown. */
    void leaderIs(long term, long leader) {
        if (term != leaderTerm || leader != leaderId) {
            leaderTerm = term;
            leaderId = leader;
            transferring = false;
        }
    }

    /** Gives what waits a number in the leader's term and sends it. */
    void flush() {
        if (leaderId == 0 || transferring) {
            return;
        }
        ProposalWindow<R> window = windows.get(leaderTerm);
        if (window == null) {
            if (waiting.isEmpty()) {
                return;
            }
            window = new ProposalWindow<>(incarnation, leaderTerm);
            windows.put(leaderTerm, window);
        }
        while (!waiting.isEmpty()) {
            window.add(waiting.poll());
        }
        send(window);
    }

    /** Sends again what the leader has not answered: on a new stream to it. */
    void resend() {
        transferring = false;
        ProposalWindow<R> window = windows.get(leaderTerm);
        if (leaderId != 0 && window != null) {
            window.rewind();
            send(window);
        }
    }

    /**
     * Sends again what the leader has not answered, if it has answered nothing since this was called before; then after
     * twice the time, and so on, as a leader that is merely slow has all of it in its queue. To be called every few
     * ticks.
     */
    void resendIfStuck() {
        transferring = false;
        ProposalWindow<R> window = windows.get(leaderTerm);
        long lowest = leaderId == 0 || window == null || window.isAnswered() ? 0 : window.lowestUnanswered();
        if (lowest == 0 || lowest != stuckNumber || leaderTerm != stuckTerm) {
            stuckNumber = lowest;
            stuckTerm = leaderTerm;
            stuckCalls = 0;
            return;
        }
        stuckCalls++;
        boolean powerOfTwo = Integer.bitCount(stuckCalls) == 1;
        if (powerOfTwo || stuckCalls % MAX_STUCK_CALLS == 0) {
            resend();
        }
    }

    void verdicts(Frame.Verdicts frame) {
        ProposalWindow<R> window = windows.get(frame.term());
        if (window == null || !frame.incarnation().equals(incarnation)) {
            return;
        }
        List<Pending<R>> again = new ArrayList<>();
        List<Pending<R>> lost = new ArrayList<>();
        for (int i = 0; i < frame.verdicts().size(); i++) {
            Verdict verdict = frame.verdicts().get(i);
            Pending<R> refused = window.answered(frame.firstNumber() + i, verdict);
            if (refused == null) {
                continue;
            }
            if (verdict == Verdict.TRANSFERRING && !refused.future.isDone()) {
                (once ? lost : again).add(refused);
            } else {
                release(refused);
                notDone(refused, new ReplicaException.Busy(whyRefused(verdict)));
            }
        }
        lost.forEach(this::lose);
        if (!again.isEmpty()) {
            transferring = true;
            requeue(again);
        }
    }

    private String whyRefused(Verdict verdict) {
        return switch (verdict) {
            case DISK_FULL ->
                "disk full on node " + (leaderId - 1) + ", which leads and takes no writes. Nothing was done; make"
                        + " room there, and retry.";
            case UNREADABLE ->
                "node " + (leaderId - 1)
                        + ", which leads, runs an older release, which can't read this write. Nothing was"
                        + " done; upgrade that node, or let an upgraded one lead (POST /admin/leader).";
            case HELD -> "busy: a transaction was writing until the deadline. Nothing was done; retry a little later.";
            default -> "busy: the leader has too many writes under way. Nothing was done; retry a little later.";
        };
    }

    /** An entry was applied here. {@code header} is null for one without a command. */
    void applied(long term, @Nullable EntryHeader header, @Nullable R result) {
        if (!windows.isEmpty() && windows.firstKey() < term) {
            proposeAgain(term);
        }
        ProposalWindow<R> window =
                header == null || !header.incarnation().equals(incarnation) ? null : windows.get(term);
        Pending<R> pending = window == null || header == null ? null : window.applied(header.number());
        if (pending != null) {
            release(pending);
            pending.future.complete(result);
        }
    }

    /** The state machine's content came from a snapshot: what it holds of this node's proposals can't be told. */
    void snapshotInstalled() {
        ReplicaException unknown = new ReplicaException.OutcomeUnknown(
                "outcome unknown: this node was rebuilt from a snapshot while the write was under way. Look whether it"
                        + " took effect before you repeat it.");
        List<Pending<R>> again = new ArrayList<>();
        for (ProposalWindow<R> window : windows.values()) {
            for (Pending<R> pending : window.unresolved()) {
                pending.resolved = true;
                if (pending.repeatable && !pending.future.isDone()) {
                    again.add(pending.again());
                } else {
                    release(pending);
                    pending.future.completeExceptionally(unknown);
                }
            }
        }
        windows.headMap(leaderTerm).clear();
        requeue(again);
    }

    void expire(long nowMillis) {
        if (nowMillis < earliestDeadlineMillis) {
            return;
        }
        earliestDeadlineMillis = Long.MAX_VALUE;
        Iterator<Pending<R>> iterator = waiting.iterator();
        while (iterator.hasNext()) {
            Pending<R> pending = iterator.next();
            if (isExpired(pending, nowMillis)) {
                iterator.remove();
                release(pending);
                notDone(
                        pending,
                        new ReplicaException.NoLeader(
                                whyNoLeader.get() + ". Nothing was done; retry when a majority of the nodes is up."));
            }
        }
        for (ProposalWindow<R> window : windows.values()) {
            for (Pending<R> pending : window.unresolved()) {
                if (!pending.future.isDone() && isExpired(pending, nowMillis)) {
                    pending.future.completeExceptionally(new ReplicaException.OutcomeUnknown("outcome unknown: the"
                            + " deadline passed while the write was under way (" + whyNoLeader.get()
                            + "). Look whether it took effect before you repeat it."));
                }
            }
        }
    }

    private void notDone(Pending<R> pending, ReplicaException why) {
        pending.future.completeExceptionally(
                pending.mayBeDone
                        ? new ReplicaException.OutcomeUnknown("outcome unknown: this node was rebuilt from a snapshot"
                                + " while the write was under way, and could not repeat it. Send it again with the"
                                + " same idempotency key.")
                        : why);
    }

    private boolean isExpired(Pending<R> pending, long nowMillis) {
        boolean expired = pending.deadlineMillis <= nowMillis;
        if (!expired) {
            earliestDeadlineMillis = Math.min(earliestDeadlineMillis, pending.deadlineMillis);
        }
        return expired;
    }

    /** Ends everything: the node stops. */
    void stop(String reason) {
        for (Pending<R> pending : waiting) {
            notDone(pending, new ReplicaException.Stopped(reason + ". Nothing was done."));
        }
        waiting.clear();
        for (ProposalWindow<R> window : windows.values()) {
            for (Pending<R> pending : window.unresolved()) {
                pending.future.completeExceptionally(new ReplicaException.OutcomeUnknown(
                        "outcome unknown: " + reason + " while the write was under way."));
            }
        }
        windows.clear();
    }

    /** Whether nobody waits for an answer. A write whose deadline has passed may still be open, but not for anybody. */
    boolean isIdle() {
        return waiting.isEmpty()
                && windows.values().stream()
                        .flatMap(window -> window.unresolved().stream())
                        .allMatch(pending -> pending.future.isDone());
    }

    private void proposeAgain(long appliedTerm) {
        Map<Long, ProposalWindow<R>> dead = windows.headMap(appliedTerm);
        List<Pending<R>> again = new ArrayList<>();
        for (ProposalWindow<R> window : dead.values()) {
            for (Pending<R> pending : window.unresolved()) {
                if (pending.future.isDone()) {
                    release(pending);
                } else if (once) {
                    lose(pending);
                } else {
                    again.add(pending);
                }
            }
        }
        dead.clear();
        requeue(again);
    }

    private void lose(Pending<R> pending) {
        release(pending);
        notDone(
                pending,
                new ReplicaException.NoLeader("the transaction was rolled back: the leader changed. Begin it again."));
    }

    private void requeue(List<Pending<R>> proposals) {
        for (int i = proposals.size() - 1; i >= 0; i--) {
            waiting.addFirst(proposals.get(i));
        }
    }

    private void release(Pending<R> pending) {
        pendingCount--;
        pendingBytes -= pending.command.length;
    }

    /** Again and again, since the verdicts of a leader on this node come at once and make room for more. */
    private void send(ProposalWindow<R> window) {
        List<Frame.Proposals> frames = window.unsent();
        while (!frames.isEmpty()) {
            long to = leaderId;
            frames.forEach(frame -> sendTo.accept(to, frame));
            frames = transferring ? List.of() : window.unsent();
        }
    }
}
