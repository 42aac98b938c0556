package io.lightraft.node;

import java.util.concurrent.CompletableFuture;

/**
 * A command on its way, at the node where it was given. Owned by the raft loop.
 *
 * @param <R> the result of the command
 */
final class Pending<R> {

    final byte[] command;
    final CompletableFuture<R> future;
    final long deadlineMillis;

    /** The leader of the present term has said what it did with it. */
    boolean answered;

    /** Its fate is known; it is kept only while an answer to it is still owed. */
    boolean resolved;

    Pending(byte[] command, CompletableFuture<R> future, long deadlineMillis) {
        this.command = command;
        this.future = future;
        this.deadlineMillis = deadlineMillis;
    }
}
