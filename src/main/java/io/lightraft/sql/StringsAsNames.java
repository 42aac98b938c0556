package io.lightraft.sql;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds the strings that SQLite takes for the name of a table or a module: all that stand where only a name fits. */
final class StringsAsNames {

    private static final Set<String> BEFORE_NAME = Set.of(
            "INTO",
            "FROM",
            "UPDATE",
            "TABLE",
            "ON",
            "JOIN",
            "IN",
            "USING",
            "EXISTS",
            "REFERENCES",
            "IGNORE",
            "REPLACE",
            "ROLLBACK",
            "ABORT",
            "FAIL");

    /** What ends a list of tables. Of these, ON gives it back at the next comma or JOIN. */
    private static final Set<String> AFTER_TABLES = Set.of(
            "WHERE",
            "GROUP",
            "HAVING",
            "ORDER",
            "LIMIT",
            "WINDOW",
            "UNION",
            "EXCEPT",
            "INTERSECT",
            "SELECT",
            "VALUES",
            "SET",
            "RETURNING");

    /** What a pair of parentheses, or the statement itself, holds at the moment. */
    private enum Part {
        TABLES,
        ON,
        OTHER
    }

    private StringsAsNames() {}

    /** @return the places, in the list, of the strings that are names */
    static BitSet in(List<Token> tokens) {
        BitSet found = new BitSet();
        Deque<Part> parts = new ArrayDeque<>(List.of(Part.OTHER));
        for (int i = 1; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            Token before = tokens.get(i - 1);
            if (token.kind() == Token.Kind.STRING) {
                boolean listed = parts.element() == Part.TABLES && (before.isOther(',') || before.isOther('('));
                boolean distinct = i > 1 && tokens.get(i - 2).isWord("DISTINCT"); // IS DISTINCT FROM compares
                if (listed || before.isOther('.') || isBeforeName(before) && !distinct) {
                    found.set(i);
                }
            } else if (token.isOther('(')) {
                boolean tables = parts.element() == Part.TABLES
                        && (before.isOther(',') || before.isOther('(') || isBeforeName(before));
                parts.push(tables ? Part.TABLES : Part.OTHER);
            } else if (token.isOther(')')) {
                if (parts.size() > 1) {
                    parts.pop();
                }
            } else {
                Part part = parts.pop();
                parts.push(next(part, token, before));
            }
        }
        return found;
    }

    private static boolean isBeforeName(Token token) {
        return token.kind() == Token.Kind.WORD && BEFORE_NAME.contains(upper(token));
    }

    private static Part next(Part part, Token token, Token before) {
        if (token.isWord("FROM") && !before.isWord("DISTINCT")) {
            return Part.TABLES;
        }
        if (part == Part.ON) {
            return token.isOther(',') || token.isWord("JOIN") ? Part.TABLES : after(part, token);
        }
        return part == Part.TABLES && token.isWord("ON") ? Part.ON : after(part, token);
    }

    private static Part after(Part part, Token token) {
        return token.kind() == Token.Kind.WORD && AFTER_TABLES.contains(upper(token)) ? Part.OTHER : part;
    }

    private static String upper(Token token) {
        return token.text().toUpperCase(Locale.ROOT);
    }
}
