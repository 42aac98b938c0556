package io.lightraft.sql;

/** What SQLite is told of a function of ours, as in its own header. */
final class FunctionFlags {

    /** Without it the driver's own functions, which are made for UTF-8, would go before ours. */
    static final int UTF8 = 1;

    /** Without it, schemas that index a date can't be opened. CURRENT_* and random() must not have it. */
    static final int DETERMINISTIC = 0x800;

    static final int INNOCUOUS = 0x200000;

    private FunctionFlags() {}
}
