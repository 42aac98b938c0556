package io.lightraft.node;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Turns to write where nobody else wants any. */
public final class FreeTurns {

    private FreeTurns() {}

    public static CompletableFuture<WriteTurn> take(UUID proposer) {
        return CompletableFuture.completedFuture(
                new WriteTurn(proposer, Long.MAX_VALUE, new CompletableFuture<>(), WriteTurn::end));
    }
}
