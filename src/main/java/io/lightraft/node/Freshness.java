package io.lightraft.node;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a node believes of its cluster is of now. The proof is a read point that it has reached, asked for under
 * the present leader. After a pause of the process the cluster may have another leader, whatever this node believes, and
 * what waits in its queues may be old: then only a round that begins later proves anything. Owned by the raft loop.
 */
final class Freshness {

    private final long pauseMillis;
    private final Consumer<CompletableFuture<Long>> askForReadPoint;
    private CompletableFuture<Long> proof = CompletableFuture.completedFuture(0L);
    private boolean leaderKnown;
    private boolean proven;
    private @Nullable Long doubtedSinceMillis;

    /**
     * @param pauseMillis a gap of more between two turns of the loop is a pause
     * @param askForReadPoint completes the future at a read point of a round that begins later
     */
    Freshness(long pauseMillis, Consumer<CompletableFuture<Long>> askForReadPoint) {
        this.pauseMillis = pauseMillis;
        this.askForReadPoint = askForReadPoint;
    }

    /** The clock went from one moment to another, with nothing done in between. */
    void passed(long fromMillis, long toMillis) {
        if (fromMillis == 0 || toMillis - fromMillis <= pauseMillis) {
            return;
        }
        if (doubtedSinceMillis == null) {
            doubtedSinceMillis = fromMillis;
        }
        proven = false;
        awaitProof();
    }

    /** There is a new leader, or none. A proof that is being waited for is asked for again by whoever keeps the rounds. */
    void leaderChanged(boolean known) {
        leaderKnown = known;
        proven = false;
        if (known && proof.isDone()) {
            awaitProof();
        }
    }

    boolean isProven() {
        return proven;
    }

    /** The last moment before a pause, until it is known what was missed; else null. */
    @Nullable
    Long doubtedSinceMillis() {
        return doubtedSinceMillis;
    }

    private void awaitProof() {
        CompletableFuture<Long> next = new CompletableFuture<>();
        proof = next;
        next.thenRun(() -> {
            if (proof == next) {
                proven = leaderKnown;
                doubtedSinceMillis = null;
            }
        });
        askForReadPoint.accept(next);
    }
}
