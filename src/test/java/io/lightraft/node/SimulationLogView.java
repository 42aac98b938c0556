package io.lightraft.node;

import io.lightraft.raft.Entry;
import java.util.ArrayList;
import java.util.List;

/** The terms of a node's log, with what was handed to its disk. */
final class SimulationLogView {

    private long base;
    private final List<Long> terms = new ArrayList<>();

    /** Begins at a compaction point. */
    SimulationLogView(long base, long baseTerm) {
        this.base = base;
        terms.add(baseTerm);
    }

    long firstIndex() {
        return base + 1;
    }

    long lastIndex() {
        return base + terms.size() - 1;
    }

    long lastTerm() {
        return terms.get(terms.size() - 1);
    }

    /** -1 where there is no entry. */
    long term(long index) {
        return index < base || index > lastIndex() ? -1 : terms.get((int) (index - base));
    }

    void append(Entry entry) {
        SimulationInvariants.check(
                entry.index() > base && entry.index() <= lastIndex() + 1, "a gap in the log", entry, base, lastIndex());
        terms.subList((int) (entry.index() - base), terms.size()).clear();
        terms.add(entry.term());
    }

    void restart(long index, long term) {
        base = index;
        terms.clear();
        terms.add(term);
    }
}
