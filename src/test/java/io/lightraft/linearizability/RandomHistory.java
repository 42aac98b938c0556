package io.lightraft.linearizability;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What clients of an atomic object see, of whom one at a time makes a step, in an order that a seed decides. */
final class RandomHistory<I, O> {

    /** A client's operation: called, and done as soon as there is an answer, which the client does not have yet. */
    private record Running<I, O>(
            long call, I input, @Nullable O answer) {}

    private final History<I, O> history = new History<>();
    private final Random random;
    private final Supplier<I> inputs;
    private final Function<I, O> object;

    /**
     * @param inputs what clients ask next
     * @param object does one operation, at once
     */
    RandomHistory(Random random, Supplier<I> inputs, Function<I, O> object) {
        this.random = random;
        this.inputs = inputs;
        this.object = object;
    }

    /** @param lost how likely a client gives up at each step, whether its operation is done or not */
    List<Operation<I, O>> of(int clients, int operations, double lost) {
        List<@Nullable Running<I, O>> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            running.add(null);
        }
        for (int called = 0; called < operations; ) {
            int client = random.nextInt(clients);
            Running<I, O> now = running.get(client);
            if (now == null) {
                I input = inputs.get();
                running.set(client, new Running<>(history.called(client, input), input, null));
                called++;
            } else if (random.nextDouble() < lost) {
                running.set(client, null);
            } else if (now.answer() == null) {
                running.set(client, new Running<>(now.call(), now.input(), object.apply(now.input())));
            } else {
                history.returned(now.call(), now.answer());
                running.set(client, null);
            }
        }
        return history.operations();
    }
}
