package io.lightraft.node;

import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;

/** How often what happened, in one episode or in many. Thread-safe where many are added up. */
public final class SimulationTally {

    enum Kind {
        SIMULATED_MILLIS,
        FRAMES,
        CRASHES,
        ELECTIONS,
        SNAPSHOTS_INSTALLED,
        DISKS_EMPTIED,
        TRANSACTIONS,
        ANSWERS
    }

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);

    void count(Kind kind, long times) {
        counts.merge(kind, times, Long::sum);
    }

    synchronized void add(SimulationTally other) {
        other.counts.forEach(this::count);
    }

    @Override
    public synchronized String toString() {
        StringJoiner text = new StringJoiner(", ");
        counts.forEach((kind, count) ->
                text.add(count + " " + kind.name().toLowerCase().replace('_', ' ')));
        return text.toString();
    }
}
