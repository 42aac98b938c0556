package io.lightraft.raft;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log as the core sees it: what the storage has, and behind it what is still on its way there; with the three marks
 * {@code applied <= applying <= committed}.
 */
final class RaftLog {

    /** Stands for the term of an entry that is compacted, or not there yet. */
    static final long UNKNOWN_TERM = -1;

    private final LogStorage storage;
    private final UnstableLog unstable;

    /** Whether committed entries may be applied before this node has them on disk. */
    private final boolean applyUnstable;

    private final long maxApplyingBytes;
    private long committed;
    private long applying;
    private long applied;
    private long applyingBytes;

    /** The limit is reached: nothing more is handed out before something is reported as applied. */
    private boolean applyPaused;

    /** The storage did not have the next entries in memory: nothing is handed out before {@link #retry}. */
    private boolean applyBlocked;

    /** Nothing is handed out until the owner says so. */
    private boolean applyHeld;

    RaftLog(LogStorage storage, long maxApplyingBytes, boolean applyUnstable) {
        this.storage = storage;
        this.maxApplyingBytes = maxApplyingBytes;
        this.applyUnstable = applyUnstable;
        unstable = new UnstableLog(storage.lastIndex() + 1);
        committed = storage.firstIndex() - 1;
        applying = committed;
        applied = committed;
    }

    /** Takes up what was known before a restart; whatever was applied was committed, though that may not be on disk. */
    void start(long knownCommit, long appliedIndex) {
        long commit = Math.max(Math.max(knownCommit, appliedIndex), committed);
        Invariant.check(commit <= lastIndex(), "commit ", commit, " lies past the end of the log, ", lastIndex());
        committed = commit;
        if (appliedIndex > 0) {
            appliedTo(appliedIndex, 0);
        }
    }

    long firstIndex() {
        Snapshot snapshot = unstable.snapshot();
        return snapshot == null ? storage.firstIndex() : snapshot.metadata().index() + 1;
    }

    long lastIndex() {
        long last = unstable.lastIndex();
        return last == -1 ? storage.lastIndex() : last;
    }

    long lastTerm() {
        long term = termAt(lastIndex());
        Invariant.check(term != UNKNOWN_TERM, "the last entry, ", lastIndex(), ", has no term");
        return term;
    }

    /** The term of the entry at {@code index}, or {@link #UNKNOWN_TERM}. */
    long termAt(long index) {
        long term = unstable.termAt(index);
        if (term != UNKNOWN_TERM) {
            return term;
        }
        // The compaction point has no entry any more, but its term is kept, to match appends against.
        if (index + 1 < firstIndex() || index > lastIndex()) {
            return UNKNOWN_TERM;
        }
        return storage.term(index);
    }

    boolean matches(long index, long term) {
        return termAt(index) == term;
    }

    /** Raft §5.4.1: whether a log that ends so is at least as good as this one. */
    boolean isUpToDate(long otherLastIndex, long otherLastTerm) {
        long term = lastTerm();
        return otherLastTerm > term || (otherLastTerm == term && otherLastIndex >= lastIndex());
    }

    /** Puts entries behind the last one, or in the place of uncommitted ones. */
    void append(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        long first = entries.get(0).index();
        Invariant.check(first > committed, "append at ", first, " would change committed entries up to ", committed);
        unstable.truncateAndAppend(entries);
    }

    /**
     * A follower's side of AppendEntries (Raft, figure 2). Entries that are here already are left alone, so that an
     * old message never cuts off what a newer one brought.
     *
     * @return the index up to which this log now matches the sender's: never more than was checked; -1 on a mismatch
     */
    long maybeAppend(long prevIndex, long prevTerm, List<Entry> entries, long leaderCommit) {
        if (!matches(prevIndex, prevTerm)) {
            return -1;
        }
        int known = 0;
        while (known < entries.size()
                && matches(entries.get(known).index(), entries.get(known).term())) {
            known++;
        }
        append(entries.subList(known, entries.size()));
        long checked = prevIndex + entries.size();
        commitTo(Math.min(leaderCommit, checked));
        return checked;
    }

    /**
     * The highest index, at most {@code index}, at which this log may agree with another one of which only one entry's
     * index and term are known: terms never fall along a log, so entries of a higher term can't be in both. Entries
     * that were compacted may agree.
     */
    long findConflictByTerm(long index, long term) {
        long guess = index;
        while (guess > 0 && termAt(guess) > term) {
            guess--;
        }
        return guess;
    }

    void commitTo(long index) {
        if (index > committed) {
            Invariant.check(index <= lastIndex(), "commit ", index, " lies past the end of the log, ", lastIndex());
            committed = index;
        }
    }

    /** What is committed is so for ever, and so is what comes before it in a log that has it. Returns whether it is news. */
    boolean learnCommit(long index, long term) {
        boolean news = index > committed && matches(index, term);
        if (news) {
            commitTo(index);
        }
        return news;
    }

    /** Raft §5.4.2: by counting replicas only an entry of the leader's own term is committed. */
    boolean maybeCommit(long index, long leaderTerm) {
        if (index <= committed || !matches(index, leaderTerm)) {
            return false;
        }
        commitTo(index);
        return true;
    }

    /**
     * From an index to the end of the log, as far as {@code maxBytes} reaches, but at least one; empty behind the end.
     *
     * @throws LogStorage.CompactedException when they are no longer there
     * @throws LogStorage.TemporarilyUnavailableException when they are not in memory just now
     */
    List<Entry> entries(long from, long maxBytes) {
        return from > lastIndex() ? List.of() : slice(from, lastIndex() + 1, maxBytes);
    }

    /** As {@link #entries}, up to {@code high} (exclusive). */
    List<Entry> slice(long low, long high, long maxBytes) {
        Invariant.check(low <= high && high <= lastIndex() + 1, "no entries [", low, ", ", high, ")");
        if (low < firstIndex()) {
            throw new LogStorage.CompactedException("entry " + low + " was compacted");
        }
        long offset = unstable.offset();
        if (low >= offset) {
            return RaftLimits.limit(unstable.slice(low, high), maxBytes);
        }
        long storedEnd = Math.min(high, offset);
        List<Entry> stored = storage.entries(low, storedEnd, maxBytes);
        if (high <= offset || stored.size() < storedEnd - low) {
            return RaftLimits.limit(stored, maxBytes);
        }
        List<Entry> all = new ArrayList<>(stored);
        all.addAll(unstable.slice(offset, high));
        return RaftLimits.limit(all, maxBytes);
    }

    /**
     * The membership changes from {@code low} to {@code high} (exclusive), in order.
     *
     * @throws LogStorage.TemporarilyUnavailableException when not all of it is in memory just now
     */
    List<Entry> confChanges(long low, long high) {
        List<Entry> changes = new ArrayList<>();
        long next = low;
        while (next < high) {
            List<Entry> page = slice(next, high, maxApplyingBytes);
            page.stream().filter(entry -> entry.type() != EntryType.NORMAL).forEach(changes::add);
            next += page.size();
        }
        return changes;
    }

    /** The snapshot for a follower that is behind {@link #firstIndex}. */
    Snapshot snapshot() {
        Snapshot pending = unstable.snapshot();
        return pending == null ? storage.snapshot() : pending;
    }

    void restore(Snapshot snapshot) {
        committed = snapshot.metadata().index();
        unstable.restore(snapshot);
    }

    boolean hasNextCommitted() {
        return !applyPaused && !applyBlocked && !applyHeld && !hasPendingSnapshot() && applying < maxAppliableIndex();
    }

    /** What is to be applied next; empty when there is nothing, or when it can't be had just now. */
    List<Entry> nextCommitted() {
        if (!hasNextCommitted()) {
            return List.of();
        }
        try {
            return slice(applying + 1, maxAppliableIndex() + 1, maxApplyingBytes - applyingBytes);
        } catch (LogStorage.TemporarilyUnavailableException e) {
            applyBlocked = true;
            return List.of();
        }
    }

    /** Whether something was handed out that is not applied yet. */
    boolean isApplying() {
        return applying > applied;
    }

    void holdApplying(boolean held) {
        applyHeld = held;
    }

    /** Whether a state as of this entry may take the place of the one that was applied so far. */
    boolean isAhead(long index, long term) {
        return applying <= index && index <= maxAppliableIndex() && matches(index, term);
    }

    private long maxAppliableIndex() {
        return applyUnstable ? committed : Math.min(committed, unstable.offset() - 1);
    }

    /** What the storage did not have in memory may be there now. */
    void retry() {
        applyBlocked = false;
    }

    /** These are being applied now. */
    void acceptApplying(List<Entry> entries) {
        applying = entries.get(entries.size() - 1).index();
        applyingBytes += RaftLimits.sizeOf(entries);
        // Entries were held back by the limit: so the next ones would pass it, though it is not reached.
        applyPaused = applyingBytes >= maxApplyingBytes || applying < maxAppliableIndex();
    }

    /** @param bytes the size of the entries that were applied, to be counted against the limit no longer */
    void appliedTo(long index, long bytes) {
        Invariant.check(
                applied <= index && index <= committed,
                "applied ",
                index,
                " out of [applied ",
                applied,
                ", committed ",
                committed,
                "]");
        applied = index;
        applying = Math.max(applying, index);
        applyingBytes = Math.max(0, applyingBytes - bytes);
        applyPaused = applyingBytes >= maxApplyingBytes;
    }

    void stableTo(long index, long term) {
        unstable.stableTo(index, term);
    }

    void stableSnapshotTo(long index) {
        unstable.stableSnapshotTo(index);
    }

    boolean hasUnstableEntries() {
        return unstable.hasEntries();
    }

    boolean hasNextUnstableEntries() {
        return unstable.hasNextEntries();
    }

    List<Entry> nextUnstableEntries() {
        return unstable.nextEntries();
    }

    @Nullable
    Snapshot nextUnstableSnapshot() {
        return unstable.nextSnapshot();
    }

    /** Whether a snapshot waits to be installed or is being installed. */
    boolean hasPendingSnapshot() {
        return unstable.snapshot() != null;
    }

    void acceptUnstable() {
        unstable.acceptInProgress();
    }

    long committed() {
        return committed;
    }

    long applied() {
        return applied;
    }
}
