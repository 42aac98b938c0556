package io.lightraft.sql;

import io.lightraft.raft.ConfState;

/**
 * What the internal row holds: how far the state has come, and what the next entry goes on from.
 *
 * @param logClockMillis the clock of the log: what the entries' clocks have advanced it to; see {@link KnownKeys#advance}
 * @param lastInsertRowid what last_insert_rowid() gave after the last command
 * @param rowsAffected what changes() gave after the last command
 * @param lastSqlIndex index of the last entry with statements, from which an interactive transaction goes on
 * @param outcomeHash over the outcomes of all entries; see {@link OutcomeHash}
 */
record AppliedState(
        long index,
        long term,
        ConfState confState,
        long logClockMillis,
        long lastInsertRowid,
        long rowsAffected,
        long lastSqlIndex,
        long outcomeHash) {}
