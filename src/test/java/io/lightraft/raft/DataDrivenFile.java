package io.lightraft.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads files of directives with their expected output:
 *
 * <pre>
 *   # a comment
 *   command argument key=value key=(value,value)
 *   input, any number of lines
 *   ----
 *   expected output, up to a blank line
 * </pre>
 *
 * Output that has blank lines in it stands between two pairs of {@code ----} lines.
 */
final class DataDrivenFile {

    private static final String SEPARATOR = "----";

    /** {@code key=value}, {@code key=(value,value)}, or a bare {@code key}, which has no values. */
    record Argument(String key, List<String> values) {}

    record Command(String name, List<Argument> arguments) {

        /** The bare arguments as numbers. */
        List<Integer> numbers() {
            return arguments.stream()
                    .filter(argument -> argument.values().isEmpty())
                    .map(argument -> Integer.parseInt(argument.key()))
                    .collect(Collectors.toList());
        }

        /** The values of all arguments of that key. */
        List<String> values(String key) {
            return arguments.stream()
                    .filter(argument -> argument.key().equals(key))
                    .flatMap(argument -> argument.values().stream())
                    .collect(Collectors.toList());
        }
    }

    /** @param line where it starts in the file, from 1 */
    record Directive(int line, Command command, String input, String expected) {}

    private final List<String> lines;
    private int next;

    private DataDrivenFile(List<String> lines) {
        this.lines = lines;
    }

    static List<Directive> read(Path file) {
        try {
            return parse(Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Directive> parse(List<String> lines) {
        DataDrivenFile file = new DataDrivenFile(lines);
        List<Directive> directives = new ArrayList<>();
        while (file.skipToDirective()) {
            directives.add(file.directive());
        }
        return directives;
    }

    private boolean skipToDirective() {
        while (next < lines.size()
                && (lines.get(next).isBlank() || lines.get(next).strip().startsWith("#"))) {
            next++;
        }
        return next < lines.size();
    }

    private Directive directive() {
        int line = next + 1;
        StringBuilder command = new StringBuilder(take().strip());
        while (command.charAt(command.length() - 1) == '\\') {
            command.setLength(command.length() - 1);
            command.append(' ').append(take().strip());
        }
        List<String> input = new ArrayList<>();
        while (!isSeparator()) {
            input.add(take());
        }
        next++;
        return new Directive(line, parseCommand(command.toString()), String.join("\n", input), expected());
    }

    private String expected() {
        boolean fenced = next < lines.size() && isSeparator();
        List<String> output = new ArrayList<>();
        if (fenced) {
            next++;
            while (!(isSeparator() && lines.get(next + 1).equals(SEPARATOR))) {
                output.add(take());
            }
            next += 2;
        } else {
            while (next < lines.size() && !lines.get(next).isBlank()) {
                output.add(take());
            }
        }
        return String.join("\n", output);
    }

    private boolean isSeparator() {
        return lines.get(next).equals(SEPARATOR);
    }

    private String take() {
        return lines.get(next++);
    }

    static Command parseCommand(String line) {
        List<Argument> words = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            if (Character.isWhitespace(line.charAt(at))) {
                at++;
                continue;
            }
            int start = at;
            while (at < line.length() && line.charAt(at) != '=' && !Character.isWhitespace(line.charAt(at))) {
                at++;
            }
            String key = line.substring(start, at);
            List<String> values = List.of();
            if (at < line.length() && line.charAt(at) == '=') {
                boolean list = at + 1 < line.length() && line.charAt(at + 1) == '(';
                int end = list ? line.indexOf(')', at) + 1 : endOfWord(line, at);
                values = values(list ? line.substring(at + 2, end - 1) : line.substring(at + 1, end));
                at = end;
            }
            words.add(new Argument(key, values));
        }
        return new Command(words.get(0).key(), List.copyOf(words.subList(1, words.size())));
    }

    private static int endOfWord(String line, int from) {
        int end = from;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        return end;
    }

    private static List<String> values(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
    }
}
