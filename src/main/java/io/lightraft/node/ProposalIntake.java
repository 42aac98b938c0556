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
        if (term != currentTerm) {
            term = currentTerm;
            sources.clear();
        }
        Source source = sources.computeIfAbsent(frame.incarnation(), incarnation -> new Source());
        source.settle(frame.settled());
        long end = frame.firstNumber() + frame.commands().size();
        if (frame.firstNumber() <= source.next && end > source.next) {
            long first = source.next;
            List<byte[]> fresh = frame.commands()
                    .subList(
                            (int) (first - frame.firstNumber()),
                            frame.commands().size());
            source.record(appender.append(frame.incarnation(), first, fresh), fresh.size());
        }
        return source.verdicts(frame, end);
    }

    /** One incarnation of one node. Verdicts are kept for the numbers from {@code firstKept} to {@code next - 1}. */
    private static final class Source {

        private final Deque<Verdict> kept = new ArrayDeque<>();
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
