package io.lightraft.node;

import io.lightraft.transport.Frame;
import io.lightraft.transport.Frame.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What this node proposed to the leader of one term, by number. A proposal stays in it until its fate is known and the
 * leader has answered it, so that the numbers that the leader has not seen yet never get a hole.
 */
final class ProposalWindow<R> {

    /** Enough to fill a stream, small enough not to hold up what comes behind. */
    private static final int FRAME_BYTES = 1 << 20;

    /** What may be under way without an answer; well below what the transport queues for a peer. */
    private static final int UNDER_WAY_BYTES = 8 * FRAME_BYTES;

    private final UUID incarnation;
    private final long term;
    private final TreeMap<Long, Pending<R>> byNumber = new TreeMap<>();
    private long nextNumber = 1;
    private long nextToSend = 1;
    private long lowestUnanswered = 1;
    private long underWayBytes;

    ProposalWindow(UUID incarnation, long term) {
        this.incarnation = incarnation;
        this.term = term;
    }

    long term() {
        return term;
    }

    boolean isEmpty() {
        return byNumber.isEmpty();
    }

    void add(Pending<R> pending) {
        pending.answered = false;
        byNumber.put(nextNumber++, pending);
    }

    /** Takes note of a leader's answer; gives the proposal if it was refused, which settles its fate. */
    @Nullable
    Pending<R> answered(long number, Verdict verdict) {
        Pending<R> pending = byNumber.get(number);
        if (pending == null || pending.answered) {
            return null;
        }
        pending.answered = true;
        if (number < nextToSend) {
            underWayBytes = Math.max(0, underWayBytes - pending.command.length);
        }
        boolean refused = verdict != Verdict.APPENDED && !pending.resolved;
        if (refused || pending.resolved) {
            byNumber.remove(number);
        }
        findLowestUnanswered();
        return refused ? pending : null;
    }

    /** The proposal with this number was applied; gives it, unless its fate was known before. */
    @Nullable
    Pending<R> applied(long number) {
        Pending<R> pending = byNumber.get(number);
        if (pending == null || pending.resolved) {
            return null;
        }
        pending.resolved = true;
        if (pending.answered) {
            byNumber.remove(number);
        }
        return pending;
    }

    /** Those whose fate is open, in order. */
    List<Pending<R>> unresolved() {
        return byNumber.values().stream().filter(pending -> !pending.resolved).toList();
    }

    /** The lowest number without an answer; what is not numbered yet when all are answered. */
    long lowestUnanswered() {
        return lowestUnanswered;
    }

    boolean isAnswered() {
        return lowestUnanswered == nextNumber;
    }

    /** All that is unanswered counts as not sent. */
    void rewind() {
        nextToSend = lowestUnanswered;
        underWayBytes = 0;
    }

    /**
     * What was not sent yet, in order, as far as the bound on what is under way lets it go; the caller sends it. In
     * place of the patience the frames have the deadlines, which is the same from the clock's zero on.
     */
    List<Frame.Proposals> unsent() {
        if (nextToSend == nextNumber) {
            return List.of();
        }
        List<Frame.Proposals> frames = new ArrayList<>();
        List<byte[]> run = new ArrayList<>();
        List<Long> deadlines = new ArrayList<>();
        long runFirst = 0;
        long runBytes = 0;
        for (Map.Entry<Long, Pending<R>> entry : byNumber.tailMap(nextToSend).entrySet()) {
            long number = entry.getKey();
            Pending<R> pending = entry.getValue();
            int bytes = pending.command.length;
            if (pending.answered) {
                continue;
            }
            if (underWayBytes > 0 && underWayBytes + bytes > UNDER_WAY_BYTES) {
                break;
            }
            boolean gap = number != runFirst + run.size();
            if (!run.isEmpty() && (gap || runBytes + bytes > FRAME_BYTES)) {
                frames.add(frame(runFirst, deadlines, run));
                run = new ArrayList<>();
                deadlines = new ArrayList<>();
                runBytes = 0;
            }
            if (run.isEmpty()) {
                runFirst = number;
            }
            run.add(pending.command);
            deadlines.add(pending.deadlineMillis);
            runBytes += bytes;
            underWayBytes += bytes;
            nextToSend = number + 1;
        }
        if (!run.isEmpty()) {
            frames.add(frame(runFirst, deadlines, run));
        }
        return frames;
    }

    private Frame.Proposals frame(long first, List<Long> deadlines, List<byte[]> commands) {
        return new Frame.Proposals(incarnation, term, first, lowestUnanswered - 1, deadlines, commands);
    }

    private void findLowestUnanswered() {
        while (lowestUnanswered < nextNumber) {
            Pending<R> pending = byNumber.get(lowestUnanswered);
            if (pending != null && !pending.answered) {
                return;
            }
            lowestUnanswered++;
        }
    }
}
