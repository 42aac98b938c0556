package io.lightraft.node;

import io.lightraft.linearizability.History;
import io.lightraft.linearizability.PerKeyModel.Keyed;
import io.lightraft.linearizability.RegisterModel.CompareAndSet;
import io.lightraft.linearizability.RegisterModel.Done;
import io.lightraft.linearizability.RegisterModel.Input;
import io.lightraft.linearizability.RegisterModel.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Transactions that are typed: the session's node asks a leader for its turn to write, reads there, thinks, and proposes
 * once what is void if another command came between. One at a time in a session.
 */
final class SimulationTransactions {

    private static final int LONGEST_THOUGHT_MILLIS = 12;

    /** The leader believes then that the session is gone. */
    private static final int MOST_MILLIS = 80;

    private final Simulation world;
    private final SplittableRandom random;
    private final History<Keyed<Input<Integer>>, Output<Integer>> history;

    /** Names of processes of which a command may still be under way, so that it takes the turn of the next one. */
    private final List<UUID> uncertain = new ArrayList<>();

    SimulationTransactions(Simulation world, History<Keyed<Input<Integer>>, Output<Integer>> history) {
        this.world = world;
        this.random = world.random;
        this.history = history;
    }

    private static final class Transaction {
        final SimulationNode session;
        final UUID proposer;
        final String key;
        final int value;
        final int deadline;
        final CompletableFuture<String> outcome = new CompletableFuture<>();
        boolean givenUp;

        Transaction(SimulationNode session, String key, int value, int deadline) {
            this.session = session;
            this.proposer = session.onceProposer();
            this.key = key;
            this.value = value;
            this.deadline = deadline;
        }
    }

    /** Completes with what came of it, or not at all if the session's process dies. */
    CompletableFuture<String> begin(
            SimulationNode session, SimulationNode leader, String key, int value, int deadline) {
        Transaction transaction = new Transaction(session, key, value, deadline);
        if (uncertain.contains(transaction.proposer)) {
            transaction.outcome.complete("another one is under way");
            return transaction.outcome;
        }
        uncertain.add(transaction.proposer);
        ReplicaCore<String> process = leader.core();
        CompletableFuture<WriteTurn> granted = new CompletableFuture<>();
        granted.whenComplete((turn, refused) -> {
            if (refused == null) {
                think(transaction, leader, turn);
            } else {
                uncertain.remove(transaction.proposer);
                transaction.outcome.completeExceptionally(refused);
            }
        });
        process.now(leader.clock());
        process.takeTurn(
                transaction.proposer, granted, deadline, turn -> leader.postTo(process, () -> process.giveBack(turn)));
        return transaction.outcome;
    }

    private void think(Transaction transaction, SimulationNode leader, WriteTurn turn) {
        String read = leader.state.local(transaction.key);
        long base = leader.state.lastCommand();
        long term = leader.status().term();
        world.later(MOST_MILLIS, () -> {
            transaction.givenUp |= !turn.isOver();
            turn.giveBack();
        });
        world.later(
                1 + random.nextInt(LONGEST_THOUGHT_MILLIS),
                () -> transaction.session.postTo(
                        transaction.proposer, () -> commit(transaction, turn, read, base, term)));
    }

    private void commit(Transaction transaction, WriteTurn turn, String read, long base, long term) {
        @Nullable Integer expected = read.equals(SimulationState.NOTHING) ? null : (Integer) Integer.parseInt(read);
        long id = history.called(
                (int) transaction.session.id,
                new Keyed<>(transaction.key, new CompareAndSet<>(expected, transaction.value)));
        CompletableFuture<String> future = new CompletableFuture<>();
        future.whenComplete((result, failure) -> {
            if (failure == null && result.equals(SimulationState.DONE)) {
                world.tally.count(SimulationTally.Kind.TRANSACTIONS, 1);
                history.returned(id, new Done<>(true));
            } else if (!(failure instanceof ReplicaException.OutcomeUnknown)) {
                history.neverHappened(id);
            }
            if (!transaction.givenUp && Objects.equals(result, SimulationState.conflict(term))) {
                // Not thrown here, where the future would keep it to itself.
                world.later(
                        0,
                        () -> SimulationInvariants.check(
                                false,
                                "another one wrote in the turn of a transaction",
                                transaction.session.id,
                                base,
                                term));
            }
            turn.giveBack();
            if (failure == null) {
                uncertain.remove(transaction.proposer);
                transaction.outcome.complete(result);
            } else {
                transaction.outcome.completeExceptionally(failure);
            }
        });
        transaction
                .session
                .core()
                .proposeOnce(
                        SimulationState.commit(transaction.key, base, transaction.value), future, transaction.deadline);
    }
}
