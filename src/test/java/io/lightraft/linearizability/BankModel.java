package io.lightraft.linearizability;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Accounts between which money moves, all read at once. No account goes below zero: a transfer of more than there is
 * is refused and changes nothing.
 *
 * @param opening what each account has at first
 */
public record BankModel(Map<String, Long> opening)
        implements Model<Map<String, Long>, BankModel.Input, BankModel.Output> {

    public sealed interface Input {}

    /** Answered with {@link Balances}. */
    public record Read() implements Input {}

    /** Answered with {@link Transferred}. */
    public record Transfer(String from, String to, long amount) implements Input {}

    public sealed interface Output {}

    /** All accounts at one moment. */
    public record Balances(Map<String, Long> byAccount) implements Output {}

    /** @param done false: refused, because there was too little */
    public record Transferred(boolean done) implements Output {}

    @Override
    public Map<String, Long> initial() {
        return new TreeMap<>(opening);
    }

    @Override
    public Optional<Map<String, Long>> step(Map<String, Long> state, Input input, @Nullable Output output) {
        if (input instanceof Transfer transfer) {
            boolean enough = state.getOrDefault(transfer.from(), 0L) >= transfer.amount();
            return after(enough ? moved(state, transfer) : state, new Transferred(enough), output);
        }
        return after(state, new Balances(state), output);
    }

    @Override
    public boolean readOnly(Input input, @Nullable Output output) {
        return input instanceof Read || new Transferred(false).equals(output);
    }

    private static Map<String, Long> moved(Map<String, Long> state, Transfer transfer) {
        Map<String, Long> balances = new TreeMap<>(state);
        balances.merge(transfer.from(), -transfer.amount(), Long::sum);
        balances.merge(transfer.to(), transfer.amount(), Long::sum);
        return balances;
    }

    private static Optional<Map<String, Long>> after(Map<String, Long> next, Output right, @Nullable Output seen) {
        return seen == null || seen.equals(right) ? Optional.of(next) : Optional.empty();
    }
}
