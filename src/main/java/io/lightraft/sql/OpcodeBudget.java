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

    /** A function of ours takes as long as this many instructions, and one that asks another connection as this many. */
    static final int CALL = 20;

    static final int DELEGATED = 100;

    private long left;
    private boolean counting;
    private boolean exceeded;
    private int strideCost = STRIDE;

    void attach(SQLiteConnection connection) throws SQLException {
        setHandler(connection, STRIDE, this);
    }

    /** Gives a new entry its budget. */
    void reset(long opcodes) {
        left = opcodes;
        exceeded = false;
        counting = false;
    }

    /**
     * Whether the statement at hand only goes once through what a table holds, as an index is made: it can't be split,
     * nor be endless, so it costs a tenth.
     */
    void bulk(boolean on) {
        strideCost = on ? STRIDE / 10 : STRIDE;
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
        left -= strideCost;
        exceeded |= left < 0;
        return exceeded ? 1 : 0;
    }
}
