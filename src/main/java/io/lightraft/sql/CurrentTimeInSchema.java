package io.lightraft.sql;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the current time, as far as it is written out ('now', or no time at all), where a definition needs functions
 * of the row alone: in an index, a CHECK, a generated column. SQLite's own functions notice that when they run; those
 * that take their place can't.
 */
final class CurrentTimeInSchema {

    static final Set<String> FUNCTIONS =
            Set.of("date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff");
    private static final Set<String> NOW = Set.of("now", "subsec", "subsecond");

    private CurrentTimeInSchema() {}

    /** @param tokens of a CREATE or ALTER statement */
    static boolean isUsed(List<Token> tokens) {
        boolean index = definesIndex(tokens);
        boolean table = tokens.size() > 1 && tokens.get(1).isWord("TABLE");
        if (!index && !table) {
            return false;
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
            } else if (enclosing.element() && isCallWithCurrentTime(tokens, i)) {
                return true;
            }
        }
        return false;
    }

    /** CREATE [UNIQUE] INDEX. */
    static boolean definesIndex(List<Token> tokens) {
        return tokens.size() > 2
                && (tokens.get(1).isWord("INDEX") || tokens.get(2).isWord("INDEX"));
    }

    private static boolean isCallWithCurrentTime(List<Token> tokens, int at) {
        String name = tokens.get(at).text().toLowerCase(Locale.ROOT);
        if (!tokens.get(at).isName()
                || !FUNCTIONS.contains(name)
                || !tokens.get(at + 1).isOther('(')) {
            return false;
        }
        int arguments = 0;
        int depth = 0;
        for (int i = at + 2; i < tokens.size() && depth >= 0; i++) {
            Token token = tokens.get(i);
            arguments = Math.max(arguments, 1);
            if (depth == 0 && token.isOther(')')) {
                boolean empty = i == at + 2;
                return empty || name.equals("strftime") && arguments == 1;
            }
            boolean quoted = token.kind() == Token.Kind.STRING || token.kind() == Token.Kind.QUOTED;
            if (depth == 0 && quoted && NOW.contains(token.text().toLowerCase(Locale.ROOT))) {
                boolean modifier = arguments > (name.equals("strftime") ? 2 : 1);
                if (!modifier || token.text().equalsIgnoreCase("now")) {
                    return true;
                }
            }
            depth += token.isOther('(') ? 1 : token.isOther(')') ? -1 : 0;
            arguments += depth == 0 && token.isOther(',') ? 1 : 0;
        }
        return false;
    }
}
