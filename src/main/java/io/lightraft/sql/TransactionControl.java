package io.lightraft.sql;

import java.util.List;
import java.util.Locale;

/**
 * What a statement does to the transaction that it is typed into.
 *
 * @param text of a savepoint its name; of one that can't be run what is wrong with it; else empty
 */
public record TransactionControl(Kind kind, String text) {

    public enum Kind {
        /** BEGIN, which takes its snapshot and the right to write when they are needed. */
        BEGIN,
        /** BEGIN IMMEDIATE or EXCLUSIVE, which has to have the right to write from the start. */
        BEGIN_IMMEDIATE,
        /** COMMIT or END. */
        COMMIT,
        ROLLBACK,
        SAVEPOINT,
        RELEASE,
        ROLLBACK_TO,
        /** Begins as one of these, but isn't, or has a name that is closed to users. */
        MALFORMED,
        /** Anything else. */
        NONE
    }

    private static final TransactionControl NOTHING = new TransactionControl(Kind.NONE, "");

    public static TransactionControl parse(String sql) {
        Token first = new SqlLexer(sql).next();
        if (first == null || first.kind() != Token.Kind.WORD) {
            return NOTHING;
        }
        return switch (first.text().toUpperCase(Locale.ROOT)) {
            case "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE" -> new Words(sql).parse();
            default -> NOTHING;
        };
    }

    /** SAVEPOINT and what goes with it, inside a transaction. */
    boolean isSavepoint() {
        return kind == Kind.SAVEPOINT || kind == Kind.RELEASE || kind == Kind.ROLLBACK_TO;
    }

    /** Whether it begins a transaction where there is none. */
    public boolean opens() {
        return kind == Kind.BEGIN || kind == Kind.BEGIN_IMMEDIATE || kind == Kind.SAVEPOINT;
    }

    public boolean isBegin() {
        return kind == Kind.BEGIN || kind == Kind.BEGIN_IMMEDIATE;
    }

    public boolean isNone() {
        return kind == Kind.NONE;
    }

    private static final class Words {

        private final List<Token> tokens;
        private int at;

        Words(String sql) {
            tokens = SqlLexer.tokens(sql).stream()
                    .filter(token -> token.kind() != Token.Kind.SEMICOLON)
                    .toList();
        }

        TransactionControl parse() {
            String verb = tokens.get(at++).text().toUpperCase(Locale.ROOT);
            return switch (verb) {
                case "BEGIN" -> {
                    boolean immediate = take("IMMEDIATE") || take("EXCLUSIVE");
                    if (!immediate) {
                        take("DEFERRED");
                    }
                    yield whole(immediate ? Kind.BEGIN_IMMEDIATE : Kind.BEGIN);
                }
                case "SAVEPOINT" -> named(Kind.SAVEPOINT);
                case "RELEASE" -> {
                    take("SAVEPOINT");
                    yield named(Kind.RELEASE);
                }
                case "ROLLBACK" -> rollback();
                default -> whole(Kind.COMMIT);
            };
        }

        private TransactionControl rollback() {
            if (take("TRANSACTION") && at < tokens.size() && !tokens.get(at).isWord("TO")) {
                at++;
            }
            if (take("TO")) {
                take("SAVEPOINT");
                return named(Kind.ROLLBACK_TO);
            }
            return end(new TransactionControl(Kind.ROLLBACK, ""));
        }

        private TransactionControl whole(Kind kind) {
            if (take("TRANSACTION") && at < tokens.size()) {
                at++;
            }
            return end(new TransactionControl(kind, ""));
        }

        private TransactionControl named(Kind kind) {
            if (at == tokens.size()) {
                return new TransactionControl(Kind.MALFORMED, "incomplete input");
            }
            Token name = tokens.get(at);
            if (!name.isName() && name.kind() != Token.Kind.STRING) {
                return end(NOTHING);
            }
            String reserved = StatementRules.complaintOfName(name.text());
            if (reserved != null) {
                return new TransactionControl(Kind.MALFORMED, reserved);
            }
            at++;
            return end(new TransactionControl(kind, name.text().toLowerCase(Locale.ROOT)));
        }

        private TransactionControl end(TransactionControl parsed) {
            return at == tokens.size()
                    ? parsed
                    : new TransactionControl(
                            Kind.MALFORMED, "near \"" + tokens.get(at).text() + "\": syntax error");
        }

        private boolean take(String word) {
            boolean there = at < tokens.size() && tokens.get(at).isWord(word);
            at += there ? 1 : 0;
            return there;
        }
    }
}
