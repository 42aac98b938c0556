package io.lightraft.raft.tracker;

/**
 * What a leader knows of one peer (Raft, figure 2: nextIndex and matchIndex) and how it paces what it sends. Always
 * {@code 0 <= match < next}.
 *
 * <pre>
 *   PROBE     --accepted-->               REPLICATE
 *   REPLICATE --rejected, unreachable-->  PROBE
 *   any       --behind the log-->         SNAPSHOT
 *   SNAPSHOT  --reported, or caught up--> PROBE (and on to REPLICATE)
 * </pre>
 */
public final class Progress {

    private ProgressState state = ProgressState.PROBE;
    private long matchIndex;
    private long nextIndex;

    /** The highest commit index sent to it: whether news of a commit are worth a message of their own. */
    private long sentCommit;

    private long pendingSnapshot;
    private boolean recentActive;

    /** Set by a probe, or by the append that filled the window; a heartbeat's answer lets one more through. */
    private boolean flowPaused;

    private boolean learner;
    private final Inflights inflights;

    /** A peer of which nothing is known but where to try first. */
    public Progress(long nextIndex, Inflights inflights, boolean learner, boolean recentActive) {
        this.nextIndex = nextIndex;
        this.inflights = inflights;
        this.learner = learner;
        this.recentActive = recentActive;
    }

    private Progress(Progress other) {
        state = other.state;
        matchIndex = other.matchIndex;
        nextIndex = other.nextIndex;
        sentCommit = other.sentCommit;
        pendingSnapshot = other.pendingSnapshot;
        recentActive = other.recentActive;
        flowPaused = other.flowPaused;
        learner = other.learner;
        inflights = other.inflights;
    }

    /** A copy that shares the window: of the two only one lives on (see the changer of configurations). */
    public Progress copy() {
        return new Progress(this);
    }

    /** Probes from behind what is known to match, or from behind the snapshot that was delivered. */
    public void becomeProbe() {
        long next = state == ProgressState.SNAPSHOT ? Math.max(matchIndex, pendingSnapshot) + 1 : matchIndex + 1;
        enter(ProgressState.PROBE);
        nextIndex = next;
        sentCommit = Math.min(sentCommit, nextIndex - 1);
    }

    public void becomeReplicate() {
        enter(ProgressState.REPLICATE);
        nextIndex = matchIndex + 1;
    }

    public void becomeSnapshot(long snapshotIndex) {
        enter(ProgressState.SNAPSHOT);
        pendingSnapshot = snapshotIndex;
        nextIndex = snapshotIndex + 1;
        sentCommit = snapshotIndex;
    }

    /** The peer lost what it had. It is probed from the beginning, once it answers. */
    public void forget() {
        enter(ProgressState.PROBE);
        matchIndex = 0;
        nextIndex = 1;
        sentCommit = 0;
        recentActive = false;
        flowPaused = true;
    }

    private void enter(ProgressState next) {
        state = next;
        flowPaused = false;
        pendingSnapshot = 0;
        inflights.clear();
    }

    /** An append with so many entries, from {@code nextIndex} on, was sent. */
    public void sentEntries(int entries, long payloadBytes) {
        if (state == ProgressState.SNAPSHOT) {
            throw new IllegalStateException("an append was sent to a peer that waits for a snapshot");
        }
        if (state == ProgressState.PROBE) {
            // An empty probe does not pause: it may only have carried a commit index.
            flowPaused |= entries > 0;
            return;
        }
        if (entries > 0) {
            nextIndex += entries;
            inflights.add(nextIndex - 1, payloadBytes);
        }
        flowPaused = inflights.isFull();
    }

    public void sentCommit(long commit) {
        sentCommit = commit;
    }

    /** Whether to send this commit index can move the peer's own: not if all that it has was covered before. */
    public boolean canBumpCommit(long commit) {
        return commit > sentCommit && sentCommit < nextIndex - 1;
    }

    /** The peer has acknowledged up to {@code index}; false when that was known. */
    public boolean maybeUpdate(long index) {
        if (index <= matchIndex) {
            return false;
        }
        matchIndex = index;
        nextIndex = Math.max(nextIndex, index + 1);
        flowPaused = false;
        return true;
    }

    /**
     * The peer has refused an append behind {@code rejected}: goes back to where it may match.
     *
     * @param matchHint the highest index at which the logs may agree
     * @return false when the refusal is stale (doubled or out of order)
     */
    public boolean maybeDecrease(long rejected, long matchHint) {
        if (state == ProgressState.REPLICATE) {
            if (rejected <= matchIndex) {
                return false;
            }
            nextIndex = matchIndex + 1;
            sentCommit = Math.min(sentCommit, nextIndex - 1);
            return true;
        }
        // A probe is answered before the next one goes, so that any other index is an old story. And who refuses what
        // it has acknowledged must not draw the leader into a loop: the next heartbeat's answer is soon enough.
        if (nextIndex - 1 != rejected || rejected == matchIndex) {
            return false;
        }
        nextIndex = Math.max(Math.min(rejected, matchHint + 1), matchIndex + 1);
        sentCommit = Math.min(sentCommit, nextIndex - 1);
        flowPaused = false;
        return true;
    }

    public void freeInflightsUpTo(long index) {
        inflights.freeUpTo(index);
    }

    public boolean isPaused() {
        return state == ProgressState.SNAPSHOT || flowPaused;
    }

    public void pauseFlow() {
        flowPaused = true;
    }

    public void resumeFlow() {
        flowPaused = false;
    }

    /** The snapshot was not delivered, so probing does not go on from behind it. */
    public void forgetPendingSnapshot() {
        pendingSnapshot = 0;
    }

    public void recentActive(boolean active) {
        recentActive = active;
    }

    public void learner(boolean isLearner) {
        learner = isLearner;
    }

    public ProgressState state() {
        return state;
    }

    public long matchIndex() {
        return matchIndex;
    }

    public long nextIndex() {
        return nextIndex;
    }

    public long pendingSnapshot() {
        return pendingSnapshot;
    }

    public boolean isRecentActive() {
        return recentActive;
    }

    public boolean isLearner() {
        return learner;
    }

    public int inflightMessages() {
        return inflights.count();
    }

    public boolean isInflightFull() {
        return inflights.isFull();
    }
}
