package io.lightraft.raft;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the commands of a directive print; nothing while the log level is none. */
final class InteractionOutput {

    private static final List<String> LEVELS = List.of("DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE");

    private StringBuilder text = new StringBuilder();
    private String level = "DEBUG";

    String level() {
        return level;
    }

    void level(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        if (!LEVELS.contains(upper)) {
            throw new IllegalArgumentException("log levels must be either of " + LEVELS);
        }
        level = upper;
    }

    boolean isQuiet() {
        return level.equals("NONE");
    }

    void print(String line) {
        if (!isQuiet()) {
            text.append(line);
        }
    }

    void println(String line) {
        print(line + "\n");
    }

    /** Prints errors also while it is quiet. */
    void printError(String line) {
        text.append(line);
    }

    /** What {@code action} prints is set in by two blanks. */
    void indented(Runnable action) {
        StringBuilder outer = text;
        text = new StringBuilder();
        try {
            action.run();
        } finally {
            String inner = text.toString();
            text = outer;
            text.append(inner.lines().map(line -> "  " + line + "\n").collect(Collectors.joining()));
        }
    }

    String take() {
        String taken = text.toString();
        text = new StringBuilder();
        return taken;
    }
}
