package io.lightraft.nemesis;

import io.lightraft.linearizability.Checker;
import io.lightraft.linearizability.History;
import io.lightraft.linearizability.Model;
import io.lightraft.linearizability.Operation;
import io.lightraft.linearizability.PerKeyModel.Keyed;
import io.lightraft.linearizability.Result;
import io.lightraft.linearizability.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Objects in tables that clients write and read, and what they saw of them. Time is cut into epochs of some seconds,
 * each with objects of its own, so that the histories of single objects stay short however long the whole takes.
 */
abstract class Workload<S, I, O> {

    private final String name;
    private final Model<S, Keyed<I>, O> model;
    private final History<Keyed<I>, O> history = new History<>();
    private final Map<Sql.Fate, Integer> fates = new ConcurrentHashMap<>();
    private final Map<String, Integer> failedReads = new ConcurrentHashMap<>();

    Workload(String name, Model<S, I, O> each) {
        this.name = name;
        this.model = each.perKey();
    }

    /** What to run before the clients start. */
    abstract List<String> schema(int epochs);

    /** One operation of one client; says whether it was answered. */
    abstract boolean step(int client, Sql sql, int epoch, Random random);

    /** Reads all objects of an epoch, in one statement. */
    abstract boolean readAll(int client, Sql sql, int epoch);

    /** @param answer what the model answers, from a reply that is DONE or FAILED */
    final boolean record(int client, String key, I input, Supplier<Sql.Reply> call, Function<Sql.Reply, O> answer) {
        long id = history.called(client, new Keyed<>(key, input));
        Sql.Reply reply = call.get();
        fates.merge(reply.fate(), 1, Integer::sum);
        switch (reply.fate()) {
            case DONE, FAILED -> history.returned(id, answer.apply(reply));
            case REFUSED -> history.neverHappened(id);
            case UNKNOWN -> {
                // It stays open, so that it may take effect at any time, or never.
            }
        }
        return reply.fate() == Sql.Fate.DONE || reply.fate() == Sql.Fate.FAILED;
    }

    /** One read of several objects at the same moment. */
    final boolean recordAll(
            int client, List<Keyed<I>> inputs, Supplier<Sql.Reply> call, Function<Sql.Reply, Map<String, O>> answers) {
        List<Long> ids =
                inputs.stream().map(input -> history.called(client, input)).toList();
        Sql.Reply reply = call.get();
        boolean done = reply.fate() == Sql.Fate.DONE;
        Map<String, O> byKey = done ? answers.apply(reply) : Map.of();
        for (int i = 0; i < ids.size(); i++) {
            if (done) {
                history.returned(ids.get(i), byKey.get(inputs.get(i).key()));
            } else {
                history.neverHappened(ids.get(i));
            }
        }
        return done;
    }

    /** A read that failed has shown nothing, whatever the reason. */
    final Sql.Reply read(Sql sql, String query) {
        Sql.Reply reply = sql.read(query);
        if (reply.fate() != Sql.Fate.FAILED) {
            return reply;
        }
        failedReads.merge(reply.text(), 1, Integer::sum);
        return Sql.Reply.without(Sql.Fate.REFUSED, reply.text());
    }

    /** What reads failed with, in words of the nodes, and how often. */
    final Map<String, Integer> failedReads() {
        return failedReads;
    }

    /** A reply to a write that can't fail by itself. */
    static Sql.Reply sound(Sql.Reply reply) {
        if (reply.fate() == Sql.Fate.FAILED) {
            throw new IllegalStateException("a statement that can't fail failed: " + reply.text());
        }
        return reply;
    }

    static String key(int epoch, int object) {
        return epoch + "/" + object;
    }

    final String name() {
        return name;
    }

    /** How many operations had which fate. */
    final Map<Sql.Fate, Integer> fates() {
        return new TreeMap<>(fates);
    }

    final List<Operation<Keyed<I>, O>> operations() {
        return history.operations();
    }

    final Result<?, ?, ?> check() {
        return new Checker().check(model, operations());
    }

    /** The operations on the object that decided the verdict, one per line. */
    final String historyOf(Object partition) {
        return operations().stream()
                .filter(operation -> model.partition(operation.input()).equals(partition))
                .map(Operation::toString)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** @return why the history is wrong; empty if it is right, or too hard to tell */
    final String violation(Result<?, ?, ?> result) {
        return result.verdict() == Verdict.NOT_LINEARIZABLE ? name + ": " + result.describe() : "";
    }
}
