package io.lightraft.raft.tracker;

import io.lightraft.raft.quorum.VoteResult;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The configuration in force and the progress of everybody in it, this node included. */
public final class ProgressTracker {

    private final int maxInflightMessages;
    private final long maxInflightBytes;
    private Configuration configuration = Configuration.EMPTY;
    private SortedMap<Long, Progress> progress = new TreeMap<>();
    private final LongUnaryOperator matchIndex = this::matchIndex;

    public ProgressTracker(int maxInflightMessages, long maxInflightBytes) {
        this.maxInflightMessages = maxInflightMessages;
        this.maxInflightBytes = maxInflightBytes;
    }

    public void switchTo(Configuration next, SortedMap<Long, Progress> members) {
        configuration = next;
        progress = new TreeMap<>(members);
    }

    /** Forgets all that was learned of the members (Raft, figure 2: "reinitialized after election"). */
    public void reset(long selfId, long lastIndex) {
        progress.replaceAll((id, old) -> {
            Progress fresh = new Progress(lastIndex + 1, newInflights(), old.isLearner(), false);
            if (id == selfId) {
                fresh.maybeUpdate(lastIndex);
            }
            return fresh;
        });
    }

    public Inflights newInflights() {
        return new Inflights(maxInflightMessages, maxInflightBytes);
    }

    public Configuration configuration() {
        return configuration;
    }

    /** By id, ascending. */
    public SortedMap<Long, Progress> progress() {
        return progress;
    }

    /** Null for who is no member. */
    public @Nullable Progress progress(long id) {
        return progress.get(id);
    }

    /** The highest index that the voters have acknowledged; whether it may be committed depends on its term too. */
    public long committedIndex() {
        return configuration.voters().committedIndex(matchIndex);
    }

    /** Whether a majority of the voters was heard of lately. */
    public boolean isQuorumActive() {
        Map<Long, Boolean> active = new HashMap<>();
        progress.forEach((id, peer) -> {
            if (!peer.isLearner()) {
                active.put(id, peer.isRecentActive());
            }
        });
        return configuration.voters().voteResult(active) == VoteResult.WON;
    }

    private long matchIndex(long id) {
        Progress peer = progress.get(id);
        return peer == null ? 0 : peer.matchIndex();
    }
}
