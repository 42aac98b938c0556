package io.lightraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The checker against histories of real atomic objects, whole and spoiled, and against a search without any wit. */
class RandomHistoriesTests {

    private static final int TINY_HISTORIES = 3_000;
    private static final int LONG_HISTORIES = 30;

    /**
     * A model, the same without partitions, and for each run an object of that kind that shares no code with it.
     */
    private record Subject<S, I, O>(
            Model<S, I, O> model,
            Model<?, I, O> undivided,
            Function<Random, Supplier<I>> inputs,
            Supplier<Function<I, O>> objects) {

        Subject(Model<S, I, O> model, Function<Random, Supplier<I>> inputs, Supplier<Function<I, O>> objects) {
            this(model, model, inputs, objects);
        }

        List<Operation<I, O>> history(Random random, int clients, int operations, double lost) {
            return new RandomHistory<>(random, inputs.apply(random), objects.get()).of(clients, operations, lost);
        }
    }

    /** All keys of a key-value store in one state. */
    private record WholeStore(KeyValueModel each)
            implements Model<Map<String, String>, PerKeyModel.Keyed<KeyValueModel.Input>, String> {

        @Override
        public Map<String, String> initial() {
            return Map.of();
        }

        @Override
        public Optional<Map<String, String>> step(
                Map<String, String> state, PerKeyModel.Keyed<KeyValueModel.Input> keyed, @Nullable String output) {
            return each.step(state.getOrDefault(keyed.key(), ""), keyed.input(), output)
                    .map(text -> {
                        Map<String, String> next = new HashMap<>(state);
                        next.put(keyed.key(), text);
                        return next;
                    });
        }
    }

    @Test
    void registers() {
        holdsFor(new Subject<>(new RegisterModel<Integer>(), RandomHistoriesTests::registerInputs, () -> {
            Integer[] value = {null};
            return input -> {
                if (input instanceof RegisterModel.Write<Integer> write) {
                    value[0] = write.value();
                    return new RegisterModel.Done<>(true);
                }
                if (input instanceof RegisterModel.CompareAndSet<Integer> compare) {
                    boolean same = compare.expected().equals(value[0]);
                    value[0] = same ? compare.replacement() : value[0];
                    return new RegisterModel.Done<>(same);
                }
                return new RegisterModel.Value<>(value[0]);
            };
        }));
    }

    @Test
    void lists() {
        holdsFor(new Subject<>(
                new ListAppendModel<Integer>(),
                random -> () -> random.nextInt(2) == 0
                        ? new ListAppendModel.Read<>()
                        : new ListAppendModel.Append<>(random.nextInt(1000)),
                () -> {
                    List<Integer> list = new ArrayList<>();
                    return input -> {
                        if (input instanceof ListAppendModel.Append<Integer> append) {
                            list.add(append.element());
                            return List.of();
                        }
                        return List.copyOf(list);
                    };
                }));
    }

    @Test
    void keyValueStores() {
        holdsFor(new Subject<>(
                new KeyValueModel().perKey(),
                new WholeStore(new KeyValueModel()),
                RandomHistoriesTests::keyValueInputs,
                () -> {
                    Map<String, StringBuilder> texts = new HashMap<>();
                    return keyed -> {
                        StringBuilder text = texts.computeIfAbsent(keyed.key(), key -> new StringBuilder());
                        if (keyed.input() instanceof KeyValueModel.Put put) {
                            text.setLength(0);
                            text.append(put.value());
                        } else if (keyed.input() instanceof KeyValueModel.Append append) {
                            text.append(append.suffix());
                        } else {
                            return text.toString();
                        }
                        return "";
                    };
                }));
    }

    @Test
    void banks() {
        List<String> accounts = List.of("a", "b", "c");
        Map<String, Long> opening = accounts.stream().collect(Collectors.toMap(account -> account, account -> 10L));
        holdsFor(new Subject<>(
                new BankModel(opening),
                random -> () -> random.nextInt(2) == 0
                        ? new BankModel.Read()
                        : new BankModel.Transfer(
                                accounts.get(random.nextInt(3)),
                                accounts.get(random.nextInt(3)),
                                1 + random.nextInt(8)),
                () -> {
                    Map<String, Long> balances = new HashMap<>(opening);
                    return input -> {
                        if (input instanceof BankModel.Transfer transfer) {
                            if (balances.get(transfer.from()) < transfer.amount()) {
                                return new BankModel.Transferred(false);
                            }
                            balances.put(transfer.from(), balances.get(transfer.from()) - transfer.amount());
                            balances.put(transfer.to(), balances.get(transfer.to()) + transfer.amount());
                            return new BankModel.Transferred(true);
                        }
                        return new BankModel.Balances(Map.copyOf(balances));
                    };
                }));
    }

    private static Supplier<RegisterModel.Input<Integer>> registerInputs(Random random) {
        return () -> switch (random.nextInt(3)) {
            case 0 -> new RegisterModel.Read<>();
            case 1 -> new RegisterModel.Write<>(random.nextInt(3));
            default -> new RegisterModel.CompareAndSet<>(random.nextInt(3), random.nextInt(3));
        };
    }

    private static Supplier<PerKeyModel.Keyed<KeyValueModel.Input>> keyValueInputs(Random random) {
        return () -> {
            String word = Integer.toString(random.nextInt(3));
            KeyValueModel.Input input = switch (random.nextInt(4)) {
                case 0 -> new KeyValueModel.Put(word);
                case 1 -> new KeyValueModel.Append(word);
                default -> new KeyValueModel.Get();
            };
            return new PerKeyModel.Keyed<>(random.nextInt(4) == 0 ? "k" : "l", input);
        };
    }

    private static <S, I, O> void holdsFor(Subject<S, I, O> subject) {
        acceptsWhatHappened(subject);
        agreesWithBruteForceOnSpoiledHistories(subject);
    }

    private static <S, I, O> void acceptsWhatHappened(Subject<S, I, O> subject) {
        for (int seed = 0; seed < LONG_HISTORIES; seed++) {
            Random random = new Random(seed);
            List<Operation<I, O>> history =
                    subject.history(random, 2 + random.nextInt(7), 300, random.nextInt(3) * 0.01);
            Result<S, I, O> result = new Checker().check(subject.model(), history);
            assertThat(result.verdict())
                    .as("seed %d: %s", seed, result.describe())
                    .isEqualTo(Verdict.OK);
        }
    }

    private static <S, I, O> void agreesWithBruteForceOnSpoiledHistories(Subject<S, I, O> subject) {
        int bad = 0;
        for (int seed = 0; seed < TINY_HISTORIES; seed++) {
            Random random = new Random(seed);
            List<Operation<I, O>> history = subject.history(random, 2 + random.nextInt(3), 6, random.nextInt(3) * 0.1);
            assertThat(new Checker().check(subject.model(), history).verdict())
                    .as("seed %d, as it happened: %s", seed, history)
                    .isEqualTo(Verdict.OK);
            List<Operation<I, O>> spoiled = withTwoAnswersSwapped(random, history);
            boolean linearizable = BruteForce.isLinearizable(subject.undivided(), spoiled);
            Result<S, I, O> result = new Checker().check(subject.model(), spoiled);
            assertThat(result.verdict())
                    .as("seed %d: %s %s", seed, result.describe(), spoiled)
                    .isEqualTo(linearizable ? Verdict.OK : Verdict.NOT_LINEARIZABLE);
            bad += linearizable ? 0 : 1;
        }
        assertThat(bad)
                .as("histories that were not linearizable")
                .isBetween(TINY_HISTORIES / 50, TINY_HISTORIES * 49 / 50);
    }

    /** Two operations of the same kind exchange their answers, if there are two with different ones. */
    private static <I, O> List<Operation<I, O>> withTwoAnswersSwapped(Random random, List<Operation<I, O>> history) {
        List<Operation<I, O>> spoiled = new ArrayList<>(history);
        for (int attempt = 0; attempt < 50; attempt++) {
            int one = random.nextInt(history.size());
            int other = random.nextInt(history.size());
            O answer = history.get(one).output();
            O otherAnswer = history.get(other).output();
            if (answer != null
                    && otherAnswer != null
                    && !answer.equals(otherAnswer)
                    && history.get(one).input().getClass()
                            == history.get(other).input().getClass()) {
                spoiled.set(one, withAnswer(history.get(one), otherAnswer));
                spoiled.set(other, withAnswer(history.get(other), answer));
                return spoiled;
            }
        }
        return spoiled;
    }

    private static <I, O> Operation<I, O> withAnswer(Operation<I, O> operation, O answer) {
        return Operation.answered(
                operation.client(), operation.called(), operation.input(), operation.returned(), answer);
    }
}
