package io.lightraft.sql;

import java.util.ArrayList;
import java.util.List;

/** Text as people type it, cut into statements. */
public final class SqlScript {

    private SqlScript() {}

    /**
     * The statements of a text, without their final semicolons; empty ones and mere comments are left out. Strings,
     * quoted names, comments and the inner semicolons of triggers are understood.
     */
    public static List<String> split(String text) {
        List<String> statements = new ArrayList<>();
        SqlLexer lexer = new SqlLexer(text);
        Boundary boundary = new Boundary();
        int start = -1;
        int end = -1;
        for (Token token = lexer.next(); token != null; token = lexer.next()) {
            if (boundary.endsAt(token)) {
                if (start >= 0) {
                    statements.add(text.substring(start, end));
                }
                start = -1;
            } else {
                start = start < 0 ? token.start() : start;
                end = token.end();
            }
        }
        if (start >= 0) {
            statements.add(text.substring(start, end));
        }
        return statements;
    }

    /** Whether a text ends where a statement ends: what a reader of several lines waits for. */
    public static boolean isComplete(String text) {
        SqlLexer lexer = new SqlLexer(text);
        Boundary boundary = new Boundary();
        boolean complete = false;
        for (Token token = lexer.next(); token != null; token = lexer.next()) {
            complete = boundary.endsAt(token);
        }
        return complete && !lexer.unterminated();
    }

    /**
     * Finds the semicolons that end a statement. All do, but within CREATE TRIGGER only one that follows an END that
     * itself follows a semicolon: the rule of SQLite's own sqlite3_complete(), with EXPLAIN QUERY PLAN added.
     */
    private static final class Boundary {

        private enum State {
            START,
            EXPLAIN,
            CREATE,
            PLAIN,
            TRIGGER,
            TRIGGER_SEMICOLON,
            TRIGGER_END
        }

        private State state = State.START;

        boolean endsAt(Token token) {
            boolean semicolon = token.kind() == Token.Kind.SEMICOLON;
            switch (state) {
                case START, EXPLAIN, CREATE, PLAIN, TRIGGER_END -> {
                    if (semicolon) {
                        state = State.START;
                        return true;
                    }
                    state = after(token);
                }
                case TRIGGER -> state = semicolon ? State.TRIGGER_SEMICOLON : State.TRIGGER;
                case TRIGGER_SEMICOLON -> {
                    if (!semicolon) {
                        state = token.isWord("END") ? State.TRIGGER_END : State.TRIGGER;
                    }
                }
            }
            return false;
        }

        private State after(Token token) {
            return switch (state) {
                case START ->
                    token.isWord("EXPLAIN") ? State.EXPLAIN : token.isWord("CREATE") ? State.CREATE : State.PLAIN;
                case EXPLAIN ->
                    token.isWord("CREATE")
                            ? State.CREATE
                            : token.isWord("QUERY") || token.isWord("PLAN") ? State.EXPLAIN : State.PLAIN;
                case CREATE ->
                    token.isWord("TRIGGER")
                            ? State.TRIGGER
                            : token.isWord("TEMP") || token.isWord("TEMPORARY") ? State.CREATE : State.PLAIN;
                case TRIGGER_END -> State.TRIGGER;
                default -> State.PLAIN;
            };
        }
    }
}
