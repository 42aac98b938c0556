package io.lightraft.sql;

/** What a session carries from one statement to the next: SQLite's last_insert_rowid() and changes(). */
record SessionValues(long rowid, long changes) {}
