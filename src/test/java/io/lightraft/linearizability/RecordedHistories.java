package io.lightraft.linearizability;

import io.lightraft.linearizability.PerKeyModel.Keyed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads recorded histories in the two formats of porcupine's test data. */
final class RecordedHistories {

    /** For instance {@code INFO  jepsen.util - 2 :invoke :cas [3 0]}. */
    private static final Pattern REGISTER_LINE = Pattern.compile(
            "INFO\\s+jepsen\\.util - (\\d+)\\s+:(invoke|ok|fail|info)\\s+:(read|write|cas)\\s+(\\S.*?)\\s*");

    /** For instance {@code {:process 0, :type :ok, :f :append, :key "0", :value "x"}}. */
    private static final Pattern KEY_VALUE_LINE = Pattern.compile(
            "\\{:process (\\d+), :type :(invoke|ok), :f :(get|put|append), :key \"(.*)\", :value (?:nil|\"(.*)\")}");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private RecordedHistories() {}

    /**
     * A register under reads, writes and compare-and-set. A timeout of a read is a failure, one of the others leaves
     * the outcome unknown; a compare-and-set that fails has found another value.
     */
    static List<Operation<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>>> register(Path file) {
        History<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>> history = new History<>();
        Map<Integer, Long> running = new HashMap<>();
        eachEvent(file, REGISTER_LINE, event -> {
            int process = Integer.parseInt(event.group(1));
            boolean read = event.group(3).equals("read");
            String value = event.group(4);
            switch (event.group(2)) {
                case "invoke" -> running.put(process, history.called(process, registerInput(event.group(3), value)));
                case "ok" ->
                    history.returned(
                            take(running, process), read ? registerValue(value) : new RegisterModel.Done<>(true));
                case "fail" -> {
                    if (value.equals(":timed-out")) {
                        history.neverHappened(take(running, process));
                    } else {
                        history.returned(take(running, process), new RegisterModel.Done<>(false));
                    }
                }
                default -> take(running, process);
            }
        });
        return history.operations();
    }

    private static RegisterModel.Input<Integer> registerInput(String function, String value) {
        List<Integer> numbers = NUMBER.matcher(value)
                .results()
                .map(match -> Integer.valueOf(match.group()))
                .toList();
        return switch (function) {
            case "read" -> new RegisterModel.Read<>();
            case "write" -> new RegisterModel.Write<>(numbers.get(0));
            default -> new RegisterModel.CompareAndSet<>(numbers.get(0), numbers.get(1));
        };
    }

    private static RegisterModel.Value<Integer> registerValue(String value) {
        return new RegisterModel.Value<>(value.equals("nil") ? null : Integer.valueOf(value));
    }

    /** A key-value store under get, put and append; every operation has an answer. */
    static List<Operation<Keyed<KeyValueModel.Input>, String>> keyValue(Path file) {
        History<Keyed<KeyValueModel.Input>, String> history = new History<>();
        Map<Integer, Long> running = new HashMap<>();
        eachEvent(file, KEY_VALUE_LINE, event -> {
            int process = Integer.parseInt(event.group(1));
            String value = Objects.requireNonNullElse(event.group(5), "");
            if (event.group(2).equals("invoke")) {
                KeyValueModel.Input input = switch (event.group(3)) {
                    case "get" -> new KeyValueModel.Get();
                    case "put" -> new KeyValueModel.Put(value);
                    default -> new KeyValueModel.Append(value);
                };
                running.put(process, history.called(process, new Keyed<>(event.group(4), input)));
            } else {
                history.returned(take(running, process), event.group(3).equals("get") ? value : "");
            }
        });
        return history.operations();
    }

    private static void eachEvent(Path file, Pattern pattern, Consumer<Matcher> action) {
        try {
            for (String line : Files.readAllLines(file)) {
                Matcher event = pattern.matcher(line);
                if (!event.matches()) {
                    throw new IllegalArgumentException(file.getFileName() + ": not an event: " + line);
                }
                action.accept(event);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long take(Map<Integer, Long> running, int process) {
        Long id = running.remove(process);
        if (id == null) {
            throw new IllegalArgumentException("process " + process + " has no operation to end");
        }
        return id;
    }
}
