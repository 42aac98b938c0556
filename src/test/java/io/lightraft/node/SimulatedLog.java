package io.lightraft.node;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.LogStorage;
import io.lightraft.raft.RaftLimits;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log that is durable as soon as it is written, and outlives the replica that writes it. */
final class SimulatedLog implements LogStorage {

    private HardState hardState = HardState.EMPTY;
    private final List<Entry> entries = new ArrayList<>();
    private long compactedIndex;
    private long compactedTerm;
    private @Nullable Snapshot snapshot;

    /** One that has the beginning of a cluster. */
    static SimulatedLog begun() {
        SimulatedLog log = new SimulatedLog();
        log.hardState = Begun.HARD_STATE;
        log.compactedIndex = Joining.FIRST_INDEX;
        log.compactedTerm = Joining.FIRST_TERM;
        return log;
    }

    void write(HardState newHardState, List<Entry> newEntries) {
        if (!newHardState.isEmpty()) {
            hardState = newHardState;
        }
        for (Entry entry : newEntries) {
            while (lastIndex() >= entry.index()) {
                entries.remove(entries.size() - 1);
            }
            entries.add(entry);
        }
    }

    void restart(SnapshotMetadata metadata) {
        entries.clear();
        compactedIndex = metadata.index();
        compactedTerm = metadata.term();
    }

    void compactTo(long index) {
        if (index > compactedIndex) {
            compactedTerm = term(index);
            entries.subList(0, (int) (index - compactedIndex)).clear();
            compactedIndex = index;
        }
    }

    void setSnapshot(Snapshot newest) {
        snapshot = newest;
    }

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
        if (index > lastIndex()) {
            throw new UnavailableException("term of " + index);
        }
        return index == compactedIndex
                ? compactedTerm
                : entries.get((int) (index - firstIndex())).term();
    }

    @Override
    public List<Entry> entries(long low, long high, long maxBytes) {
        if (high > lastIndex() + 1) {
            throw new UnavailableException("entries up to " + high);
        }
        return List.copyOf(
                RaftLimits.limit(entries.subList((int) (low - firstIndex()), (int) (high - firstIndex())), maxBytes));
    }

    @Override
    public Snapshot snapshot() {
        if (snapshot == null || snapshot.metadata().index() < compactedIndex) {
            throw new TemporarilyUnavailableException("no snapshot is ready");
        }
        return snapshot;
    }
}
