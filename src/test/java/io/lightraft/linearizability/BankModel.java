package io.lightraft.linearizability;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Accounts between which money moves, all read at once. No account goes below zero: a transfer of more than there is
 * is refused and changes nothing.
 *
 * @param opening what each account has at first
 */
public record BankModel(Map<String, Long> opening)
        implements Model<BankModel.Balances, BankModel.Input, BankModel.Output> {

    public sealed interface Input {}

    /** Answered with {@link Balances}. */
    public record Read() implements Input {}

    /** Answered with {@link Transferred}. */
    public record Transfer(String from, String to, long amount) implements Input {}

    /** A transfer that looks at the accounts first, and leaves it at that if there is too little. Answered with {@link Balances}. */
    public record LookAndTransfer(String from, String to, long amount) implements Input {}

    public sealed interface Output {}

    /** All accounts at one moment, which is also the state. */
    public record Balances(Map<String, Long> byAccount) implements Output {

        public Balances {
            byAccount = Collections.unmodifiableMap(new TreeMap<>(byAccount));
        }

        /** A map's own hash adds up its entries, so that a transfer hardly changes it. */
        @Override
        public int hashCode() {
            int hash = 0;
            for (long balance : byAccount.values()) {
                hash = hash * 0x9E3779B1 + Long.hashCode(balance);
            }
            return hash;
        }

        @Override
        public String toString() {
            return byAccount.toString();
        }
    }

    /** @param done false: refused, because there was too little */
    public record Transferred(boolean done) implements Output {}

    @Override
    public Balances initial() {
        return new Balances(opening);
    }

    @Override
    public Optional<Balances> step(Balances state, Input input, @Nullable Output output) {
        if (input instanceof Transfer transfer) {
            return after(output, new Transferred(enough(state, transfer)), () -> moved(state, transfer));
        }
        if (input instanceof LookAndTransfer look) {
            return after(output, state, () -> moved(state, new Transfer(look.from(), look.to(), look.amount())));
        }
        return after(output, state, () -> state);
    }

    @Override
    public boolean readOnly(Input input, @Nullable Output output) {
        return input instanceof Read || new Transferred(false).equals(output);
    }

    private static boolean enough(Balances state, Transfer transfer) {
        return state.byAccount().getOrDefault(transfer.from(), 0L) >= transfer.amount();
    }

    private static Balances moved(Balances state, Transfer transfer) {
        if (!enough(state, transfer)) {
            return state;
        }
        Map<String, Long> balances = new TreeMap<>(state.byAccount());
        balances.merge(transfer.from(), -transfer.amount(), Long::sum);
        balances.merge(transfer.to(), transfer.amount(), Long::sum);
        return new Balances(balances);
    }

    private static Optional<Balances> after(@Nullable Output seen, Output right, Supplier<Balances> next) {
        return seen == null || seen.equals(right) ? Optional.of(next.get()) : Optional.empty();
    }
}
