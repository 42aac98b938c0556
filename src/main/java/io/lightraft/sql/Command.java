package io.lightraft.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one entry of the log asks of the database.
 *
 * @param atomic the first failure undoes the whole command and ends it; otherwise each statement stands on its own
 * @param sessionRowid what last_insert_rowid() gives at the start; null = what the entry before left
 * @param key with one that was seen before, the command does nothing and has the first one's results
 * @param recording of an interactive transaction; null for statements that run here for the first time
 * @param sessionChanges what changes() gives at the start, if the session's rowid is there
 */
record Command(
        List<Statement> statements,
        boolean atomic,
        @Nullable Long sessionRowid,
        @Nullable IdempotencyKey key,
        @Nullable Recording recording,
        long sessionChanges) {

    /** Changes nothing: it only takes its place in the log. */
    static final Command EMPTY = new Command(List.of(), false, null);

    /** Changes nothing: every node hashes its content as of this entry. No client can write the name. */
    static final Command HASH_CONTENT = new Command(List.of(Statement.of("_lightraft_hash_content")), false, null);

    Command(List<Statement> statements, boolean atomic, @Nullable Long sessionRowid) {
        this(statements, atomic, sessionRowid, null, null, 0);
    }

    Command(List<Statement> statements, boolean atomic, @Nullable Long sessionRowid, @Nullable IdempotencyKey key) {
        this(statements, atomic, sessionRowid, key, null, 0);
    }

    boolean hashesContent() {
        return equals(HASH_CONTENT);
    }
}
