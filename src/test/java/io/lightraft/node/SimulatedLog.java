package io.lightraft.node;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.LogStorage;
import io.lightraft.raft.RaftLimits;
import io.lightraft.raft.Snapshot;
import java.util.ArrayList;
import java.util.List;

/** A log that is durable as soon as it is written, and outlives the replica that writes it. */
final class SimulatedLog implements LogStorage {

    private HardState hardState = HardState.EMPTY;
    private final List<Entry> entries = new ArrayList<>();

    void write(HardState newHardState, List<Entry> newEntries) {
        if (!newHardState.isEmpty()) {
            hardState = newHardState;
        }
        for (Entry entry : newEntries) {
            while (entries.size() >= entry.index()) {
                entries.remove(entries.size() - 1);
            }
            entries.add(entry);
        }
    }

    @Override
    public HardState initialHardState() {
        return hardState;
    }

    @Override
    public long firstIndex() {
        return 1;
    }

    @Override
    public long lastIndex() {
        return entries.size();
    }

    @Override
    public long term(long index) {
        if (index > lastIndex()) {
            throw new UnavailableException("term of " + index);
        }
        return index == 0 ? 0 : entries.get((int) index - 1).term();
    }

    @Override
    public List<Entry> entries(long low, long high, long maxBytes) {
        if (high > lastIndex() + 1) {
            throw new UnavailableException("entries up to " + high);
        }
        return List.copyOf(RaftLimits.limit(entries.subList((int) low - 1, (int) high - 1), maxBytes));
    }

    @Override
    public Snapshot snapshot() {
        throw new TemporarilyUnavailableException("there are no snapshots here");
    }
}
