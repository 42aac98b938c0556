package io.lightraft.sql;

import java.sql.SQLException;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConnection;

/**
 * Bounds the work of an entry by counting SQLite's instructions, which are the same on every node where seconds are
 * not. Statements are counted from their first step on, each freshly prepared, so that neither a schema that has to
 * be read again nor an earlier execution shifts the count. (Statements that virtual tables keep prepared can shift it
 * by less than a {@link #STRIDE} each.)
 */
final class OpcodeBudget extends ProgressHandler {

    static final int STRIDE = 1_000;

    private long left;
    private boolean counting;
    private boolean exceeded;

    void attach(SQLiteConnection connection) throws SQLException {
        setHandler(connection, STRIDE, this);
    }

    /** Gives a new entry its budget. */
    void reset(long opcodes) {
        left = opcodes;
        exceeded = false;
        counting = false;
    }

    /** For work within one instruction. */
    void charge(long opcodes) {
        if (counting) {
            left -= opcodes;
        }
    }

    void count(boolean on) {
        counting = on;
    }

    boolean exceeded() {
        return exceeded;
    }

    @Override
    protected int progress() {
        if (!counting) {
            return 0;
        }
        left -= STRIDE;
        exceeded |= left < 0;
        return exceeded ? 1 : 0;
    }
}
