package io.lightraft.raft;

import java.util.ArrayList;
import java.util.List;

/** A log in memory, for tests; can pretend that its entries are on disk only. */
final class MemoryLogStorage implements LogStorage {

    private HardState hardState = HardState.EMPTY;
    private Snapshot snapshot = Snapshot.EMPTY;
    private long compactedIndex;
    private long compactedTerm;
    private List<Entry> entries = new ArrayList<>();
    private boolean entriesUnavailable;

    @Override
    public HardState initialHardState() {
        return hardState;
    }

    @Override
    public long firstIndex() {
        return compactedIndex + 1;
    }

    @Override
    public long lastIndex() {
        return compactedIndex + entries.size();
    }

    @Override
    public long term(long index) {
        if (index < compactedIndex) {
            throw new CompactedException("term of " + index);
        }
        if (index > lastIndex()) {
            throw new UnavailableException("term of " + index);
        }
        return index == compactedIndex ? compactedTerm : at(index).term();
    }

    @Override
    public List<Entry> entries(long low, long high, long maxBytes) {
        if (low < firstIndex()) {
            throw new CompactedException("entry " + low);
        }
        if (high > lastIndex() + 1) {
            throw new UnavailableException("entries up to " + high);
        }
        if (entriesUnavailable) {
            throw new TemporarilyUnavailableException("entry " + low);
        }
        return List.copyOf(RaftLimits.limit(entries.subList(offset(low), offset(high)), maxBytes));
    }

    @Override
    public Snapshot snapshot() {
        return snapshot;
    }

    private Entry at(long index) {
        return entries.get(offset(index));
    }

    private int offset(long index) {
        return (int) (index - compactedIndex - 1);
    }

    void save(HardState state) {
        if (!state.isEmpty()) {
            hardState = state;
        }
    }

    /** What stands at or behind the first new entry is replaced. */
    void append(List<Entry> more) {
        if (!more.isEmpty()) {
            entries = new ArrayList<>(entries.subList(0, offset(more.get(0).index())));
            entries.addAll(more);
        }
    }

    void install(Snapshot newSnapshot) {
        snapshot = newSnapshot;
        compactedIndex = newSnapshot.metadata().index();
        compactedTerm = newSnapshot.metadata().term();
        entries = new ArrayList<>();
    }

    /** The snapshot that is handed out, without touching the log. */
    void offer(Snapshot newSnapshot) {
        snapshot = newSnapshot;
    }

    void compactTo(long index) {
        long term = term(index);
        entries = new ArrayList<>(entries.subList(offset(index) + 1, entries.size()));
        compactedIndex = index;
        compactedTerm = term;
    }

    void entriesUnavailable(boolean unavailable) {
        entriesUnavailable = unavailable;
    }

    /** All of the log that is not compacted. */
    List<Entry> all() {
        return List.copyOf(entries);
    }
}
