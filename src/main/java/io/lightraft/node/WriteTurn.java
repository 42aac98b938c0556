package io.lightraft.node;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The right to write, which an interactive transaction has for a while: meanwhile the leader appends what its proposer
 * sends and nothing else, and everything before is applied on the leader. It ends when the proposer's next command is
 * appended. It saves conflicts and nothing depends on it: a transaction proves by itself that nothing came between.
 */
public final class WriteTurn {

    final UUID proposer;
    final long deadlineMillis;
    final CompletableFuture<WriteTurn> granted;
    private final Consumer<WriteTurn> giveBack;

    /** What has to be applied before it is granted. */
    long afterIndex;

    private volatile boolean contended;
    private volatile boolean over;

    WriteTurn(UUID proposer, long deadlineMillis, CompletableFuture<WriteTurn> granted, Consumer<WriteTurn> giveBack) {
        this.proposer = proposer;
        this.deadlineMillis = deadlineMillis;
        this.granted = granted;
        this.giveBack = giveBack;
    }

    void contend() {
        contended = true;
    }

    void end() {
        over = true;
    }

    /** Whether others wait for it to end. */
    public boolean isContended() {
        return contended;
    }

    /** Whether it has ended: used, given back, or lost with the leader's office. */
    public boolean isOver() {
        return over;
    }

    /** Lets the next ones write; any thread. */
    public void giveBack() {
        if (!over) {
            giveBack.accept(this);
        }
    }
}
