package io.lightraft.sql;

/** A statement failed, in SQLite's own words, or was refused. Within a transaction this statement did nothing. */
public final class SqlFailure extends RuntimeException {

    private final int code;

    SqlFailure(int code, String message) {
        super(message);
        this.code = code;
    }

    /** SQLite's extended result code; below 0 for what is no error of SQLite's. */
    public int code() {
        return code;
    }
}
