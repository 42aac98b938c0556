package io.lightraft.sql;

import io.lightraft.node.WriteTurn;
import org.jspecify.annotations.Nullable;

/** A transaction of some session, on the leader. Guarded by itself, except for what is volatile. */
final class HostedTransaction {

    final LiveTransaction live;
    final long startNanos;
    boolean begun;
    boolean snapshot;
    long sequence;
    TransactionReply reply = TransactionReply.NOT_LEADER;
    volatile boolean committing;
    volatile boolean running;
    volatile long usedNanos;

    HostedTransaction(LiveTransaction live, long nowNanos) {
        this.live = live;
        startNanos = nowNanos;
        usedNanos = nowNanos;
    }

    boolean isOver() {
        return live.endReason() != null;
    }

    /** Whether nobody needs to be told its end any more, or can be by now. */
    boolean isForgettable(long nowNanos, long patienceNanos) {
        WriteTurn turn = live.turn();
        boolean used = committing && (turn == null || turn.isOver());
        return isOver() && !running && nowNanos - usedNanos > (used ? patienceNanos / 30 : patienceNanos);
    }

    /** Why it has to end now; null when it may go on. */
    @Nullable
    String overdue(long nowNanos, TransactionLimits limits) {
        long idleMillis = (nowNanos - usedNanos) / 1_000_000;
        WriteTurn turn = live.turn();
        boolean holds = turn != null && !turn.isOver();
        if (committing) {
            return holds && idleMillis > limits.contendedIdleMillis() ? "its COMMIT never came" : null;
        }
        if ((nowNanos - startNanos) / 1_000_000 > limits.totalMillis()) {
            return "it lasted longer than " + limits.totalMillis() + " ms (transactionMs)";
        }
        if (running) {
            return null;
        }
        if (idleMillis > limits.idleMillis()) {
            return "it was idle for more than " + limits.idleMillis() + " ms (transactionIdleMs)";
        }
        return turn != null && holds && turn.isContended() && idleMillis > limits.contendedIdleMillis()
                ? "it was idle for more than " + limits.contendedIdleMillis()
                        + " ms while others waited to write (transactionIdleContendedMs)"
                : null;
    }
}
