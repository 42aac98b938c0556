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

    private static final int RESEND_BYTES = 4 * FRAME_BYTES;

    private final UUID incarnation;
    private final long term;
    private final TreeMap<Long, Pending<R>> byNumber = new TreeMap<>();
    private long nextNumber = 1;
    private long nextToSend = 1;

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
        boolean refused = verdict != Verdict.APPENDED && !pending.resolved;
        if (refused || pending.resolved) {
            byNumber.remove(number);
        }
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

    /** What was added and not sent yet. */
    List<Frame.Proposals> unsent() {
        List<Frame.Proposals> frames = frames(byNumber.tailMap(nextToSend), Long.MAX_VALUE);
        nextToSend = nextNumber;
        return frames;
    }

    /** What the leader has not answered, from the lowest number on, up to a bound: the rest waits for its turn. */
    List<Frame.Proposals> unanswered() {
        nextToSend = nextNumber;
        return frames(byNumber, RESEND_BYTES);
    }

    private long settled() {
        for (Map.Entry<Long, Pending<R>> entry : byNumber.entrySet()) {
            if (!entry.getValue().answered) {
                return entry.getKey() - 1;
            }
        }
        return nextNumber - 1;
    }

    private List<Frame.Proposals> frames(Map<Long, Pending<R>> proposals, long maxBytes) {
        List<Frame.Proposals> frames = new ArrayList<>();
        long settled = settled();
        List<byte[]> run = new ArrayList<>();
        long runFirst = 0;
        long runBytes = 0;
        long bytes = 0;
        for (Map.Entry<Long, Pending<R>> entry : proposals.entrySet()) {
            Pending<R> pending = entry.getValue();
            if (pending.answered) {
                continue;
            }
            boolean gap = entry.getKey() != runFirst + run.size();
            if (!run.isEmpty() && (gap || runBytes + pending.command.length > FRAME_BYTES)) {
                frames.add(new Frame.Proposals(incarnation, term, runFirst, settled, run));
                run = new ArrayList<>();
                runBytes = 0;
            }
            if (bytes + pending.command.length > maxBytes && bytes > 0) {
                break;
            }
            if (run.isEmpty()) {
                runFirst = entry.getKey();
            }
            run.add(pending.command);
            runBytes += pending.command.length;
            bytes += pending.command.length;
        }
        if (!run.isEmpty()) {
            frames.add(new Frame.Proposals(incarnation, term, runFirst, settled, run));
        }
        return frames;
    }
}
