package io.lightraft.sql;

import java.util.List;
import java.util.Locale;

/** What a statement does to the transaction that it is typed into. */
public enum TransactionControl {
    /** BEGIN or SAVEPOINT. */
    OPENS,
    /** COMMIT, END, or ROLLBACK of all of it. */
    ENDS,
    /** Anything else. */
    NONE;

    public static TransactionControl of(String sql) {
        List<Token> tokens = SqlLexer.tokens(sql);
        if (tokens.isEmpty() || tokens.get(0).kind() != Token.Kind.WORD) {
            return NONE;
        }
        return switch (tokens.get(0).text().toUpperCase(Locale.ROOT)) {
            case "BEGIN", "SAVEPOINT" -> OPENS;
            case "COMMIT", "END" -> ENDS;
            case "ROLLBACK" -> tokens.stream().anyMatch(token -> token.isWord("TO")) ? NONE : ENDS;
            default -> NONE;
        };
    }
}
