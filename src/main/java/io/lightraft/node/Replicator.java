package io.lightraft.node;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A replica as those see it who propose commands and read. Futures complete on the replica's threads, so what is
 * chained to them must be short; they fail with a {@link ReplicaException}.
 *
 * @param <R> the result of a command
 */
public interface Replicator<R> {

    /**
     * Replicates a command and gives its result from this node's own state machine, so that the next local read sees
     * it. Applied at most once.
     *
     * @param command never modified afterwards
     * @param timeout after which the future fails: with {@link ReplicaException.OutcomeUnknown} when the command may
     *     still be applied, with {@link ReplicaException.NoLeader} when it surely won't
     */
    CompletableFuture<R> propose(byte[] command, Duration timeout);

    /**
     * As {@link #propose}, for a command of which the state machine does nothing when it comes again, but gives the
     * first result: it is also proposed again, until the deadline, when its outcome can't be known otherwise.
     */
    default CompletableFuture<R> proposeRepeatable(byte[] command, Duration timeout) {
        return propose(command, timeout);
    }

    /**
     * A linearizable read point (Raft thesis §6.4): completes when this node has applied everything that was committed
     * anywhere when this was called.
     *
     * @return the index that the following local read will at least reflect
     */
    CompletableFuture<Long> readIndex(Duration timeout);

    /**
     * As {@link #propose}, for a command that is void once another one came between: never proposed again by itself.
     * When it is certain that it can't take effect, the future fails with {@link ReplicaException.NoLeader}.
     */
    default CompletableFuture<R> proposeOnce(byte[] command, Duration timeout) {
        return propose(command, timeout);
    }

    /** The name under which this node {@linkplain #proposeOnce proposes once}; another one after each start. */
    default UUID onceProposer() {
        return new UUID(0, 0);
    }

    /**
     * On the leader: waits in the line of those who want to write, and then until everything before is applied here.
     *
     * @param proposer the {@link #onceProposer} that will send the one command which uses the turn
     * @return fails with {@link ReplicaException.NoLeader} on any other node, and with {@link ReplicaException.Busy} at
     *     the deadline
     */
    default CompletableFuture<WriteTurn> takeTurn(UUID proposer, Duration timeout) {
        return CompletableFuture.failedFuture(new ReplicaException.Rejected("there are no turns to be had here"));
    }

    ReplicaStatus status();

    /** Why this node's copy of the state is not to be trusted; null when it is. */
    default @Nullable String quarantine() {
        return null;
    }

    /**
     * What all nodes say of their content as of an index; each of them hashes it when it applies the entry that asks for
     * it. Completes with what is known when the time is over; fails only when this replica stops.
     */
    default CompletableFuture<ContentHashes> contentHashes(long index, Duration timeout) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    /** How long ago this node last heard from the leader of its term; null when it doesn't know. */
    default @Nullable Duration leaderContactAge() {
        return null;
    }
}
