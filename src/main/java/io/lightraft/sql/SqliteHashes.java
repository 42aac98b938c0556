package io.lightraft.sql;

import io.lightraft.node.StateHashes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The running hash as of recent indexes, and the way out for hashes of content. Written by the apply worker. */
final class SqliteHashes implements StateHashes {

    private static final int KEPT = 1 << 14;

    private final String engine;
    private final long[] indexes = new long[KEPT];
    private final long[] outcomes = new long[KEPT];
    private final List<BiConsumer<Long, String>> listeners = new ArrayList<>();

    SqliteHashes(String engine) {
        this.engine = engine;
    }

    @Override
    public String engine() {
        return engine;
    }

    /** What was applied before does not count any more: the state came from elsewhere. */
    synchronized void restart(AppliedState state) {
        Arrays.fill(indexes, 0);
        applied(List.of(state));
    }

    /** Only states that are committed. */
    synchronized void applied(List<AppliedState> states) {
        for (AppliedState state : states) {
            int slot = (int) (state.index() % KEPT);
            indexes[slot] = state.index();
            outcomes[slot] = state.outcomeHash();
        }
    }

    @Override
    public synchronized @Nullable String outcomes(long index) {
        int slot = (int) (index % KEPT);
        return index > 0 && indexes[slot] == index ? String.format("%016x", outcomes[slot]) : null;
    }

    @Override
    public synchronized void onContent(BiConsumer<Long, String> listener) {
        listeners.add(listener);
    }

    void contentHashed(long index, String hash) {
        List<BiConsumer<Long, String>> told;
        synchronized (this) {
            told = List.copyOf(listeners);
        }
        told.forEach(listener -> listener.accept(index, hash));
    }
}
