package io.lightraft.raft;

import io.lightraft.raft.quorum.JointConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads that wait until a majority has confirmed that this node still leads (thesis §6.4). Each read is a round of its
 * own, numbered from 1 in every office. A heartbeat names the newest round; whoever answers it confirms that round and
 * all before it, but none that began after the heartbeat was sent (etcd #20418).
 */
final class ReadIndexRounds {

    /** A read of {@code from}, and the commit index when it arrived. */
    record Read(long from, String context, long index) {}

    private final Deque<Read> waiting = new ArrayDeque<>();
    private final Map<Long, Long> ackedRounds = new HashMap<>();
    private long confirmedRounds;

    /** The leader itself agrees at once. */
    void add(long leader, Read read) {
        waiting.addLast(read);
        ackedRounds.put(leader, newestRound());
    }

    /** What a heartbeat carries: the newest round, or nothing when no read waits. */
    String heartbeatContext() {
        return waiting.isEmpty() ? "" : Long.toString(newestRound());
    }

    /** @param context as the heartbeat had it */
    void ack(long from, String context) {
        ackedRounds.merge(from, parse(context), Math::max);
    }

    /** Takes the reads out that a majority has confirmed by now. */
    List<Read> takeConfirmed(JointConfig voters) {
        long confirmed = Math.min(voters.committedIndex(id -> ackedRounds.getOrDefault(id, 0L)), newestRound());
        List<Read> reads = new ArrayList<>();
        while (confirmedRounds < confirmed) {
            reads.add(waiting.removeFirst());
            confirmedRounds++;
        }
        return reads;
    }

    private long newestRound() {
        return confirmedRounds + waiting.size();
    }

    private static long parse(String context) {
        try {
            return Long.parseLong(context);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
