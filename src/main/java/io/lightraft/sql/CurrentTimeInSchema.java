package io.lightraft.sql;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the current time and the local zone, as far as they are written out ('now', or no time at all), where a
 * definition needs functions of the row alone: in an index, a CHECK, a generated column. SQLite's own functions notice that when they run; those
 * that take their place can't.
 */
final class CurrentTimeInSchema {

    static final Set<String> FUNCTIONS =
            Set.of("date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff");
    private static final Set<String> NOW = Set.of("now", "subsec", "subsecond");
    private static final Set<String> ZONES = Set.of("localtime", "utc");
    private static final String NOT_THERE = " can't be used in an index, a CHECK or a generated column: ";
    private static final String TIME = "the current time" + NOT_THERE
            + "the row would mean something else tomorrow; store the time in a column, by a DEFAULT";
    private static final String ZONE = "'localtime' and 'utc'" + NOT_THERE
            + "SQLite takes the zone of whoever opens the file; leave them out, the cluster's zone is UTC";

    private CurrentTimeInSchema() {}

    /**
     * @param tokens of a CREATE or ALTER statement
     * @return what is wrong with it, or null
     */
    static @Nullable String complaint(List<Token> tokens) {
        boolean index = definesIndex(tokens);
        boolean table = tokens.size() > 1 && tokens.get(1).isWord("TABLE");
        if (!index && !table) {
            return null;
        }
        Deque<Boolean> enclosing = new ArrayDeque<>(List.of(index));
        for (int i = 1; i + 1 < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.isOther('(')) {
                Token before = tokens.get(i - 1);
                boolean generated = before.isWord("AS") && !tokens.get(i + 1).isWord("SELECT");
                enclosing.push(enclosing.element() || generated || before.isWord("CHECK"));
            } else if (token.isOther(')') && enclosing.size() > 1) {
                enclosing.pop();
            } else if (enclosing.element()) {
                String complaint = complaintOfCall(tokens, i);
                if (complaint != null) {
                    return complaint;
                }
            }
        }
        return null;
    }

    /** CREATE [UNIQUE] INDEX. */
    static boolean definesIndex(List<Token> tokens) {
        return tokens.size() > 2
                && (tokens.get(1).isWord("INDEX") || tokens.get(2).isWord("INDEX"));
    }

    private static @Nullable String complaintOfCall(List<Token> tokens, int at) {
        String name = tokens.get(at).text().toLowerCase(Locale.ROOT);
        if (!tokens.get(at).isName()
                || !FUNCTIONS.contains(name)
                || !tokens.get(at + 1).isOther('(')) {
            return null;
        }
        int timeValue = name.equals("strftime") ? 2 : 1;
        int arguments = 0;
        int depth = 0;
        for (int i = at + 2; i < tokens.size() && depth >= 0; i++) {
            Token token = tokens.get(i);
            arguments = Math.max(arguments, 1);
            if (depth == 0 && token.isOther(')')) {
                boolean empty = i == at + 2;
                return empty || arguments < timeValue ? TIME : null;
            }
            boolean quoted = token.kind() == Token.Kind.STRING || token.kind() == Token.Kind.QUOTED;
            if (depth == 0 && quoted) {
                String text = token.text().toLowerCase(Locale.ROOT);
                if (text.equals("now") || arguments <= timeValue && NOW.contains(text)) {
                    return TIME;
                }
                if (arguments > timeValue && ZONES.contains(text)) {
                    return ZONE;
                }
            }
            depth += token.isOther('(') ? 1 : token.isOther(')') ? -1 : 0;
            arguments += depth == 0 && token.isOther(',') ? 1 : 0;
        }
        return null;
    }
}
