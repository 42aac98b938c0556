package io.lightraft.sql;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency keys that writes came with, and the results of those writes: part of the replicated state, changed in
 * the transaction of the entry. All it goes by comes from the log, so it is equal on every node: its time is the log's
 * clock, and the oldest are those that were first in the log.
 *
 * <p>The table has no rowid, so that writing to it leaves last_insert_rowid() alone. The numbers of the keys have no
 * gaps, which makes the highest one less the bound the last to be forgotten. Stateless; used on the apply thread.
 */
final class KnownKeys {

    /** Not a code of SQLite's: the key belongs to another request. */
    static final int REUSED = -2;

    /** Not a code of SQLite's: the first result was too large to be kept. */
    static final int NOT_KEPT = -3;

    /** An entry advances the log's clock by no more than this part of the lifetime, lest one wrong clock empties all. */
    private static final int STEPS_PER_LIFETIME = 10;

    private static final int EXPIRED_AT_ONCE = 64;
    private static final int MESSAGE_CHARS = 500;

    private static final String CREATE = """
            CREATE TABLE _lightraft_keys(
              key TEXT PRIMARY KEY,
              number INTEGER NOT NULL UNIQUE,
              request_hash TEXT NOT NULL,
              clock_millis INTEGER NOT NULL,
              results BLOB,
              summary TEXT) STRICT, WITHOUT ROWID""";
    private static final String CREATE_LIMITS = """
            CREATE TABLE _lightraft_key_limits(
              id INTEGER PRIMARY KEY CHECK (id = 1),
              lifetime_millis INTEGER NOT NULL,
              max_keys INTEGER NOT NULL,
              max_result_bytes INTEGER NOT NULL) STRICT""";
    private static final String SELECT = "SELECT request_hash, results, summary FROM _lightraft_keys WHERE key = ?";
    private static final String EXPIRE = "DELETE FROM _lightraft_keys WHERE clock_millis <= ? AND number IN"
            + " (SELECT number FROM _lightraft_keys ORDER BY number LIMIT " + EXPIRED_AT_ONCE + ")";
    private static final String EXPIRE_ONE = "DELETE FROM _lightraft_keys WHERE key = ? AND clock_millis <= ?";
    private static final String HIGHEST = "SELECT max(number) FROM _lightraft_keys";
    private static final String INSERT = "INSERT INTO _lightraft_keys VALUES(?, ?, ?, ?, ?, ?)";
    private static final String FORGET_OLDEST = "DELETE FROM _lightraft_keys WHERE number <= ?";

    private final KeyLimits limits;

    private KnownKeys(KeyLimits limits) {
        this.limits = limits;
    }

    /** Makes the tables, inside the transaction that makes the others. */
    static void create(Writer writer, KeyLimits seed) throws SQLException {
        writer.run(CREATE);
        writer.run(CREATE_LIMITS);
        writer.run(
                "INSERT INTO _lightraft_key_limits VALUES(1, ?, ?, ?)",
                seed.lifetimeMillis(),
                seed.maxKeys(),
                seed.maxResultBytes());
    }

    /** With the limits that the database keeps. */
    static KnownKeys of(Writer writer) throws SQLException {
        return new KnownKeys(new KeyLimits(
                writer.number("SELECT lifetime_millis FROM _lightraft_key_limits"),
                writer.number("SELECT max_keys FROM _lightraft_key_limits"),
                (int) writer.number("SELECT max_result_bytes FROM _lightraft_key_limits")));
    }

    /** The log's clock after an entry: never goes back, and doesn't leap. */
    long advance(long logClockMillis, long entryClockMillis) {
        if (logClockMillis == 0) {
            return entryClockMillis;
        }
        long furthest = logClockMillis + Math.max(1, limits.lifetimeMillis() / STEPS_PER_LIFETIME);
        return Math.max(logClockMillis, Math.min(entryClockMillis, furthest));
    }

    /**
     * What the command has to answer without being run, null when its key is new.
     *
     * @param logClockMillis as of this entry
     */
    @Nullable
    List<StatementResult> find(Writer writer, Command command, IdempotencyKey key, long logClockMillis)
            throws SQLException {
        long expired = logClockMillis - limits.lifetimeMillis();
        writer.run(EXPIRE, expired);
        writer.run(EXPIRE_ONE, key.text(), expired);
        try (PreparedStatement select = writer.connection().prepareStatement(SELECT)) {
            select.setString(1, key.text());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                if (!row.getString(1).equals(key.requestHash())) {
                    return List.of(new StatementResult.Failed(
                            REUSED,
                            "the idempotency key \"" + key.text() + "\" came before with another request. Nothing was"
                                    + " done; send this one with a key of its own."));
                }
                byte[] results = row.getBytes(2);
                return results != null
                        ? ResultCodec.decode(results)
                        : Collections.nCopies(
                                command.statements().size(), new StatementResult.Failed(NOT_KEPT, row.getString(3)));
            }
        }
    }

    /** Remembers what a command with a new key did. */
    void remember(
            Writer writer, Command command, IdempotencyKey key, List<StatementResult> results, long logClockMillis)
            throws SQLException {
        byte[] encoded = ResultCodec.encode(results, limits.maxResultBytes());
        long number = writer.number(HIGHEST) + 1;
        writer.run(
                INSERT,
                key.text(),
                number,
                key.requestHash(),
                logClockMillis,
                encoded,
                encoded == null ? summary(command, results) : null);
        writer.run(FORGET_OLDEST, number - limits.maxKeys());
    }

    private static String summary(Command command, List<StatementResult> results) {
        List<StatementResult.Failed> failures = results.stream()
                .filter(StatementResult.Failed.class::isInstance)
                .map(StatementResult.Failed.class::cast)
                .toList();
        String fate;
        if (failures.isEmpty()) {
            fate = "it was done";
        } else {
            String first = failures.get(0).message();
            String shown = first.length() <= MESSAGE_CHARS ? first : first.substring(0, MESSAGE_CHARS) + "…";
            fate = command.atomic()
                    ? "nothing was done, as a statement failed: " + shown
                    : failures.size() + " of its " + results.size() + " statements failed, the first with: " + shown;
        }
        return "this write came before with the same idempotency key and was not repeated; its result was too large to"
                + " be kept, but " + fate;
    }
}
