package io.lightraft.nemesis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's way to the database. Whatever happens to it, it says what is known of the outcome. */
interface Sql extends AutoCloseable {

    enum Fate {
        /** Done, and this is the answer. */
        DONE,
        /** The statement failed by itself, in the same way on every node; a transaction with it changed nothing. */
        FAILED,
        /** Not done, and it never will be. */
        REFUSED,
        /** Nobody knows. */
        UNKNOWN
    }

    /**
     * @param affected of each statement of a write
     * @param rows of a read
     * @param text as it came, for people
     */
    record Reply(Fate fate, List<Long> affected, List<List<String>> rows, String text) {

        static Reply without(Fate fate, String text) {
            return new Reply(fate, List.of(), List.of(), text);
        }

        /** Rows changed by the only statement, of a write that was done. */
        long changed() {
            if (affected.size() != 1) {
                throw new IllegalStateException("an answer to one statement was expected: " + text);
            }
            return affected.get(0);
        }
    }

    /** Several statements are one transaction. */
    Reply write(String... statements);

    /** Linearizable. */
    Reply read(String query);

    /** Whether it can run several statements as one transaction. */
    boolean transactions();

    /** One that goes on statement by statement; null where that can't be done. */
    default @Nullable Transaction transaction() {
        return null;
    }

    @Override
    void close();
}
