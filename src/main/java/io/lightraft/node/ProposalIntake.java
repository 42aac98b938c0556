package io.lightraft.node;

import io.lightraft.transport.Frame;
import io.lightraft.transport.Frame.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side of proposals: each is appended at most once in a term, and its verdict repeated unchanged. Forgets
 * everything when the term ends, as no proposal of an earlier term is accepted. Owned by the raft loop.
 */
final class ProposalIntake {

    /** Puts commands into the leader's log, all or none, and says which. */
    interface Appender {
        Verdict append(UUID incarnation, long firstNumber, List<byte[]> commands);
    }

    private final Map<UUID, Source> sources = new HashMap<>();
    private final Appender appender;
    private long term;

    ProposalIntake(Appender appender) {
        this.appender = appender;
    }

    /**
     * Takes a frame, in the same turn in which its sender checked that this node leads {@code currentTerm}.
     *
     * @return the verdicts to send back; null when the frame has nothing that can be answered (another term, a gap)
     */
    Frame.@Nullable Verdicts accept(Frame.Proposals frame, long currentTerm) {
        if (frame.term() != currentTerm) {
            return null;
        }
        Source source = source(frame.incarnation(), currentTerm);
        source.settle(frame.settled());
        long end = frame.firstNumber() + frame.commands().size();
        while (frame.firstNumber() <= source.next && end > source.next) {
            long first = source.next;
            int from = (int) (first - frame.firstNumber());
            int to = (int) (source.endOfRun(end) - frame.firstNumber());
            List<byte[]> fresh = frame.commands().subList(from, to);
            source.record(appender.append(frame.incarnation(), first, fresh), fresh.size());
        }
        return source.verdicts(frame, end);
    }

    /** The verdicts on what was taken before; nothing is appended. */
    Frame.@Nullable Verdicts known(Frame.Proposals frame, long currentTerm) {
        if (frame.term() != currentTerm) {
            return null;
        }
        Source source = source(frame.incarnation(), currentTerm);
        source.settle(frame.settled());
        return source.verdicts(frame, frame.firstNumber() + frame.commands().size());
    }

    /** Whether {@link #accept} would append any of it. */
    boolean isFresh(Frame.Proposals frame, long currentTerm) {
        long next = next(frame.incarnation(), currentTerm);
        return frame.term() == currentTerm
                && frame.firstNumber() <= next
                && frame.firstNumber() + frame.commands().size() > next;
    }

    /** The number that is expected next of a source. */
    long next(UUID incarnation, long currentTerm) {
        return source(incarnation, currentTerm).next;
    }

    /** Refuses a number before its turn has come; its sender has to be told by the caller. */
    void refuse(UUID incarnation, long currentTerm, long number) {
        source(incarnation, currentTerm).refuse(number);
    }

    private Source source(UUID incarnation, long currentTerm) {
        if (term != currentTerm) {
            term = currentTerm;
            sources.clear();
        }
        return sources.computeIfAbsent(incarnation, unknown -> new Source());
    }

    /** One incarnation of one node. Verdicts are kept for the numbers from {@code firstKept} to {@code next - 1}. */
    private static final class Source {

        private final Deque<Verdict> kept = new ArrayDeque<>();
        private final TreeSet<Long> refused = new TreeSet<>();
        private long firstKept = 1;
        private long next = 1;

        void settle(long settled) {
            while (firstKept <= settled && !kept.isEmpty()) {
                kept.poll();
                firstKept++;
            }
        }

        void record(Verdict verdict, int count) {
            for (int i = 0; i < count; i++) {
                kept.add(verdict);
            }
            next += count;
            while (!refused.isEmpty() && refused.first() <= next) {
                if (refused.pollFirst() == next) {
                    kept.add(Verdict.HELD);
                    next++;
                }
            }
        }

        void refuse(long number) {
            if (number >= next) {
                refused.add(number);
                record(Verdict.HELD, 0);
            }
        }

        /** Where what can be appended at once ends. */
        long endOfRun(long end) {
            Long obstacle = refused.ceiling(next);
            return obstacle == null ? end : Math.min(end, obstacle);
        }

        Frame.@Nullable Verdicts verdicts(Frame.Proposals frame, long end) {
            long from = Math.max(frame.firstNumber(), firstKept);
            long to = Math.min(end, next);
            if (from >= to) {
                return null;
            }
            List<Verdict> answer = new ArrayList<>();
            Iterator<Verdict> verdicts = kept.iterator();
            for (long number = firstKept; number < to; number++) {
                Verdict verdict = verdicts.next();
                if (number >= from) {
                    answer.add(verdict);
                }
            }
            return new Frame.Verdicts(frame.incarnation(), frame.term(), from, answer);
        }
    }
}
