package io.lightraft.sql;

import io.lightraft.node.PeerCalls;
import io.lightraft.node.ReplicaException;
import io.lightraft.node.Replicator;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the node where a transaction runs, and doesn't wait for what won't come: a node that is frozen keeps its
 * connections open, so only the cluster knows that another one leads by now. Thread-safe.
 */
final class HostCalls {

    private static final long LOOK_MILLIS = 100;

    private final int nodeId;
    private final Replicator<?> replicator;
    private final TransactionHost here;
    private final PeerCalls peers;
    private final Executor threads;
    private final TransactionCodec codec = new TransactionCodec();

    /** @param threads one is in use for as long as another node has not answered, even when nobody waits any more */
    HostCalls(int nodeId, Replicator<?> replicator, TransactionHost here, PeerCalls peers, Executor threads) {
        this.nodeId = nodeId;
        this.replicator = replicator;
        this.here = here;
        this.peers = peers;
        this.threads = threads;
    }

    /**
     * Waits as long as the request says and, while the host leads, a little longer, as its own word on a deadline says
     * more.
     *
     * @throws IOException when there is no answer by then, or another node is known to lead; it may have been done
     * @throws ReplicaException.Stopped when this thread is interrupted, and stays so
     */
    TransactionReply ask(int host, TransactionRequest request) throws IOException {
        return call(host, request, request.timeout().plusMillis(Deadline.GRACE_MILLIS));
    }

    /**
     * Sends it also when nobody waits any more.
     *
     * @param patience for the host to have taken note of it
     */
    void tell(int host, TransactionRequest request, Duration patience) {
        try {
            call(host, request, patience);
        } catch (IOException | ReplicaException.Stopped e) {
            // What can't be told will be seen by its silence.
        }
    }

    /** The host of a transaction that was rolled back may live on as a follower, but it has nothing to say any more. */
    boolean anotherLeads(int host) {
        Integer leader = replicator.status().leaderId();
        return leader != null && leader != host;
    }

    private TransactionReply call(int host, TransactionRequest request, Duration patience) throws IOException {
        if (host == nodeId) {
            return here.handle(request);
        }
        Duration longest = request.timeout().plusMillis(Deadline.GRACE_MILLIS);
        FutureTask<TransactionReply> answer =
                new FutureTask<>(() -> codec.reply(peers.call(host, codec.encode(request), longest)));
        try {
            threads.execute(answer);
        } catch (RejectedExecutionException e) {
            throw new ReplicaException.Stopped("this node is shutting down.");
        }
        return await(host, answer, Deadline.in(request.timeout()), Deadline.in(patience));
    }

    private TransactionReply await(int host, FutureTask<TransactionReply> answer, Deadline deadline, Deadline last)
            throws IOException {
        while (true) {
            try {
                long millis = Math.min(LOOK_MILLIS, last.remaining().toMillis() + 1);
                return answer.get(millis, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                Integer leader = replicator.status().leaderId();
                boolean leads = leader != null && leader == host;
                boolean late = deadline.remaining().isZero();
                if (last.remaining().isZero() || !leads && (late || leader != null)) {
                    throw new IOException("node " + host + " did not answer", e);
                }
            } catch (ExecutionException e) {
                throw new IOException("node " + host + " could not be asked", Objects.requireNonNull(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ReplicaException.Stopped("this node is shutting down.");
            }
        }
    }
}
