package io.lightraft.node;

import java.util.concurrent.CompletableFuture;

/**
 * A command on its way, at the node where it was given. Owned by the raft loop.
 *
 * @param <R> the result of the command
 */
final class Pending<R> {

    final byte[] command;

    /** Applied a second time it does nothing and gives the first result, so it may be proposed again at any time. */
    final boolean repeatable;

    final CompletableFuture<R> future;
    final long deadlineMillis;

    /** The leader of the present term has said what it did with it. */
    boolean answered;

    /** Its fate is known; it is kept only while an answer to it is still owed. */
    boolean resolved;

    Pending(byte[] command, boolean repeatable, CompletableFuture<R> future, long deadlineMillis) {
        this.command = command;
        this.repeatable = repeatable;
        this.future = future;
        this.deadlineMillis = deadlineMillis;
    }

    /** It may have been applied under an earlier number, so a refusal does not mean that it was not done. */
    boolean mayBeDone;

    /** To be proposed under another number, while an answer to this one may still be owed. */
    Pending<R> again() {
        Pending<R> again = new Pending<>(command, repeatable, future, deadlineMillis);
        again.mayBeDone = true;
        return again;
    }
}
