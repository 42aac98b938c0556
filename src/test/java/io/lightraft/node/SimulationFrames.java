package io.lightraft.node;

import io.lightraft.raft.Entry;
import io.lightraft.raft.LogStorage;
import io.lightraft.raft.Message;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cuts an append into others that say the same: a leader may send any piece of its log. One that is less clever in
 * finding out what a follower lacks sends entries again that the follower has.
 */
final class SimulationFrames {

    private static final int MAX_AGAIN = 3;

    private final SimulationPlan plan;
    private final SplittableRandom random;
    private final LogStorage log;

    SimulationFrames(SimulationPlan plan, SplittableRandom random, LogStorage log) {
        this.plan = plan;
        this.random = random;
        this.log = log;
    }

    List<Frame> of(Frame frame) {
        if (!(frame instanceof Frame.Raft raft)
                || !(raft.message() instanceof Message.AppendEntries append)
                || append.entries().isEmpty()) {
            return List.of(frame);
        }
        List<Frame> frames = new ArrayList<>();
        if (plan.overlapping() && random.nextBoolean()) {
            again(append, 1 + random.nextInt(MAX_AGAIN), frames);
        }
        if (plan.shortAppends()) {
            oneByOne(append, append.prevLogTerm(), append.entries(), frames);
        } else {
            frames.add(frame);
        }
        return frames;
    }

    /** Some of what comes before, if this disk has it already. */
    private void again(Message.AppendEntries append, int count, List<Frame> frames) {
        long high = append.prevLogIndex() + 1;
        long low = Math.max(log.firstIndex(), high - count);
        try {
            if (low < high && high - 1 <= log.lastIndex() && log.term(high - 1) == append.prevLogTerm()) {
                oneByOne(append, log.term(low - 1), log.entries(low, high, Long.MAX_VALUE), frames);
            }
        } catch (LogStorage.TemporarilyUnavailableException notInMemory) {
            frames.clear();
        }
    }

    private static void oneByOne(Message.AppendEntries append, long prevTerm, List<Entry> entries, List<Frame> frames) {
        long termBefore = prevTerm;
        for (Entry entry : entries) {
            frames.add(new Frame.Raft(new Message.AppendEntries(
                    append.from(),
                    append.to(),
                    append.term(),
                    termBefore,
                    entry.index() - 1,
                    List.of(entry),
                    append.commit())));
            termBefore = entry.term();
        }
    }
}
