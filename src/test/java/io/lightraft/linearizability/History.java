package io.lightraft.linearizability;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Records operations while clients run them. Its clock counts the calls of its own methods, so that no clock of the
 * machine has to be trusted: record {@link #called} before the request leaves, and the outcome after the answer came.
 * Any thread may use it.
 */
public final class History<I, O> {

    private record Call<I>(int client, long time, I input) {}

    private final Map<Long, Call<I>> waiting = new TreeMap<>();
    private final List<Operation<I, O>> answered = new ArrayList<>();
    private long now;

    /** @return what names the operation when its outcome is told */
    public synchronized long called(int client, I input) {
        long time = ++now;
        waiting.put(time, new Call<>(client, time, input));
        return time;
    }

    /** The operation has an answer, which also proves that it took effect. */
    public synchronized void returned(long id, O output) {
        Call<I> call = take(id);
        answered.add(Operation.answered(call.client(), call.time(), call.input(), ++now, output));
    }

    /**
     * The operation never took effect and never will, and its answer says nothing about the object. A timeout or a
     * lost connection is no such proof: tell nothing, and the operation stays open.
     */
    public synchronized void neverHappened(long id) {
        take(id);
    }

    /** All operations in the order of their calls; those without an outcome until now are open. */
    public synchronized List<Operation<I, O>> operations() {
        Map<Long, Operation<I, O>> byCall = new TreeMap<>();
        answered.forEach(operation -> byCall.put(operation.called(), operation));
        Collection<Call<I>> open = waiting.values();
        open.forEach(call -> byCall.put(call.time(), Operation.open(call.client(), call.time(), call.input())));
        return List.copyOf(byCall.values());
    }

    private Call<I> take(long id) {
        @Nullable Call<I> call = waiting.remove(id);
        if (call == null) {
            throw new IllegalStateException("no operation waits under " + id);
        }
        return call;
    }
}
