package io.lightraft.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts SQL text into tokens as SQLite's own tokenizer does, as far as quotes, comments, names and parameters go. It
 * never fails: what is left open runs to the end of the text, and SQLite will say what is wrong with it.
 */
final class SqlLexer {

    private final String text;
    private int at;
    private boolean unterminated;

    SqlLexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        SqlLexer lexer = new SqlLexer(text);
        List<Token> tokens = new ArrayList<>();
        for (Token token = lexer.next(); token != null; token = lexer.next()) {
            tokens.add(token);
        }
        return tokens;
    }

    /** Whether the text ended within quotes or a comment; known once {@link #next} has returned null. */
    boolean unterminated() {
        return unterminated;
    }

    /** The next token, or null at the end of the text. */
    @Nullable
    Token next() {
        skipSpaceAndComments();
        if (at >= text.length()) {
            return null;
        }
        int start = at;
        char c = text.charAt(at);
        if ((c == 'x' || c == 'X') && peek(1) == '\'') {
            at++;
            quoted('\'');
            return token(Token.Kind.OTHER, start);
        }
        if (isNameStart(c)) {
            while (at < text.length() && isNamePart(text.charAt(at))) {
                at++;
            }
            return token(Token.Kind.WORD, start);
        }
        if (c >= '0' && c <= '9') {
            while (at < text.length() && (isNamePart(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            return token(Token.Kind.OTHER, start);
        }
        return switch (c) {
            case '\'' -> new Token(Token.Kind.STRING, quoted('\''), start, at);
            case '"', '`' -> new Token(Token.Kind.QUOTED, quoted(c), start, at);
            case '[' -> new Token(Token.Kind.QUOTED, bracketed(), start, at);
            case '?', ':', '@', '$', '#' -> parameter(c, start);
            default -> {
                at++;
                yield token(c == ';' ? Token.Kind.SEMICOLON : Token.Kind.OTHER, start);
            }
        };
    }

    private void skipSpaceAndComments() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == '\uFEFF') {
                at++;
            } else if (c == '-' && peek(1) == '-') {
                int newline = text.indexOf('\n', at);
                at = newline < 0 ? text.length() : newline + 1;
            } else if (c == '/' && peek(1) == '*') {
                int close = text.indexOf("*/", at + 2);
                unterminated |= close < 0;
                at = close < 0 ? text.length() : close + 2;
            } else {
                return;
            }
        }
    }

    /** Reads from one quote to the other; a doubled quote stands for itself. */
    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != quote) {
                value.append(c);
            } else if (at < text.length() && text.charAt(at) == quote) {
                value.append(quote);
                at++;
            } else {
                return value.toString();
            }
        }
        unterminated = true;
        return value.toString();
    }

    private String bracketed() {
        int close = text.indexOf(']', at);
        unterminated |= close < 0;
        String value = text.substring(at + 1, close < 0 ? text.length() : close);
        at = close < 0 ? text.length() : close + 1;
        return value;
    }

    /** SQLite lets names of parameters hold {@code ::} and end in a suffix in parentheses, as Tcl's variables do. */
    private Token parameter(char sigil, int start) {
        at++;
        if (sigil == '?') {
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            return token(Token.Kind.PARAMETER, start);
        }
        int nameChars = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (isNamePart(c)) {
                at++;
                nameChars++;
            } else if (c == ':' && peek(1) == ':') {
                at += 2;
            } else if (c == '(' && nameChars > 0) {
                int close = at;
                while (close < text.length() && text.charAt(close) != ')' && text.charAt(close) > ' ') {
                    close++;
                }
                if (close < text.length() && text.charAt(close) == ')') {
                    at = close + 1;
                }
                break;
            } else {
                break;
            }
        }
        return token(nameChars > 0 && sigil != '#' ? Token.Kind.PARAMETER : Token.Kind.OTHER, start);
    }

    private Token token(Token.Kind kind, int start) {
        return new Token(kind, text.substring(start, at), start, at);
    }

    private char peek(int distance) {
        return at + distance < text.length() ? text.charAt(at + distance) : '\0';
    }

    private static boolean isNameStart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80;
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || c >= '0' && c <= '9' || c == '$';
    }
}
