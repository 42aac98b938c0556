package io.lightraft.node;

import io.lightraft.linearizability.Checker;
import io.lightraft.linearizability.History;
import io.lightraft.linearizability.PerKeyModel.Keyed;
import io.lightraft.linearizability.RegisterModel;
import io.lightraft.linearizability.RegisterModel.CompareAndSet;
import io.lightraft.linearizability.RegisterModel.Done;
import io.lightraft.linearizability.RegisterModel.Input;
import io.lightraft.linearizability.RegisterModel.Output;
import io.lightraft.linearizability.RegisterModel.Read;
import io.lightraft.linearizability.RegisterModel.Value;
import io.lightraft.linearizability.RegisterModel.Write;
import io.lightraft.linearizability.Result;
import io.lightraft.linearizability.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** People at all nodes who write, compare and read, and go elsewhere with a write whose outcome they were not told. */
final class SimulationClients {

    private static final List<String> KEYS = List.of("a", "b");

    private final SplittableRandom random;
    private final History<Keyed<Input<Integer>>, Output<Integer>> history = new History<>();
    private final Map<String, Integer> lastSeen = new HashMap<>();
    private int nextValue;
    private int answers;

    /** A write that is to be tried again. */
    private @Nullable Again again;

    private record Again(String key, int value) {}

    private final Simulation world;
    private final SimulationTransactions transactions;

    SimulationClients(Simulation world) {
        this.world = world;
        this.random = world.random;
        this.transactions = new SimulationTransactions(world, history);
    }

    void act(SimulationNode node) {
        String key = KEYS.get(random.nextInt(KEYS.size()));
        int deadline = 20 + random.nextInt(400);
        Again retry = again;
        again = null;
        if (retry != null) {
            write(node, retry.key, retry.value, deadline);
            return;
        }
        if (world.plan.transactions() && random.nextInt(4) == 0) {
            transaction(node, key, deadline);
            return;
        }
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> write(node, key, ++nextValue, deadline);
            case 3, 4 -> compareAndSet(node, key, deadline);
            case 5 -> readThroughLog(node, key, deadline);
            default -> read(node, key, deadline);
        }
    }

    CompletableFuture<String> write(SimulationNode node, String key, int value, int deadline) {
        CompletableFuture<String> future = new CompletableFuture<>();
        long id = history.called((int) node.id, new Keyed<>(key, new Write<>(value)));
        propose(node, SimulationState.write(key, value), future, deadline, id, result -> new Done<>(true));
        future.whenComplete((result, failure) -> {
            if (failure instanceof ReplicaException.OutcomeUnknown) {
                again = new Again(key, value);
            }
        });
        return future;
    }

    private void compareAndSet(SimulationNode node, String key, int deadline) {
        int value = ++nextValue;
        @Nullable Integer expected = random.nextInt(8) == 0 ? (Integer) value : lastSeen.get(key);
        long id = history.called((int) node.id, new Keyed<>(key, new CompareAndSet<>(expected, value)));
        propose(
                node,
                SimulationState.compareAndSet(key, expected, value),
                new CompletableFuture<>(),
                deadline,
                id,
                result -> new Done<>(result.equals(SimulationState.DONE)));
    }

    private void readThroughLog(SimulationNode node, String key, int deadline) {
        long id = history.called((int) node.id, new Keyed<>(key, new Read<>()));
        propose(
                node,
                SimulationState.read(key),
                new CompletableFuture<>(),
                deadline,
                id,
                result -> valueOf(key, result));
    }

    private void propose(
            SimulationNode node,
            byte[] command,
            CompletableFuture<String> future,
            int deadline,
            long id,
            Function<String, Output<Integer>> output) {
        future.whenComplete((result, failure) -> {
            if (failure == null) {
                answers++;
                history.returned(id, output.apply(result));
            } else if (!(failure instanceof ReplicaException.OutcomeUnknown)) {
                history.neverHappened(id);
            }
        });
        node.core().propose(command, future, deadline);
    }

    CompletableFuture<Long> read(SimulationNode node, String key, int deadline) {
        CompletableFuture<Long> future = new CompletableFuture<>();
        long id = history.called((int) node.id, new Keyed<>(key, new Read<>()));
        future.whenComplete((index, failure) -> {
            if (failure == null) {
                answers++;
                history.returned(id, valueOf(key, node.state.local(key)));
            } else {
                history.neverHappened(id);
            }
        });
        node.core().readIndex(future, deadline);
        return future;
    }

    private Output<Integer> valueOf(String key, String text) {
        @Nullable Integer value = text.equals(SimulationState.NOTHING) ? null : (Integer) Integer.parseInt(text);
        if (value != null) {
            lastSeen.put(key, value);
        }
        return new Value<>(value);
    }

    /** At whoever takes itself for the leader. */
    CompletableFuture<String> transaction(SimulationNode session, String key, int deadline) {
        SimulationNode leader = world.anyOffice();
        if (!leader.isUp() || leader.isPaused()) {
            return CompletableFuture.completedFuture("nobody leads");
        }
        return transactions.begin(session, leader, key, ++nextValue, deadline);
    }

    int nextValue() {
        return ++nextValue;
    }

    int answers() {
        return answers;
    }

    void checkLinearizable() {
        Result<?, ?, ?> result =
                new Checker(200_000).check(new RegisterModel<Integer>().perKey(), history.operations());
        SimulationInvariants.check(result.verdict() != Verdict.NOT_LINEARIZABLE, result.describe());
    }
}
