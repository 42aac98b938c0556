package io.lightraft.sql;

import io.lightraft.node.ContentHashes;
import io.lightraft.node.ReplicaException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets one comparison of all content be under way at a time that was asked for at this node, the others in the order in
 * which they came. Each holds a snapshot on every node, and a node that has too many of them leaves some out.
 */
final class ContentChecks {

    private final Semaphore turn = new Semaphore(1, true);

    /** Asks all nodes, and waits for their answers. */
    interface Check {
        ContentHashes run(Deadline deadline);
    }

    /** @throws ReplicaException.Busy when its turn has not come by then */
    ContentHashes inTurn(Deadline deadline, Check check) {
        try {
            if (!turn.tryAcquire(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ReplicaException.Busy("other checks of the content were under way all the time. Nothing was"
                        + " done; ask again later, or with a longer timeout.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicaException.Stopped("this node is stopping. Use another node.");
        }
        try {
            return check.run(deadline);
        } finally {
            turn.release();
        }
    }
}
