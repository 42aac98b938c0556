package io.lightraft.node;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which peers this node has a stream to, and when it last heard of the leader. Owned by the raft loop. */
final class PeerContacts {

    private final Set<Long> connected = new HashSet<>();
    private final Set<Long> dead = new HashSet<>();
    private @Nullable Long leaderHeardMillis;

    void connected(long peer) {
        connected.add(peer);
        dead.remove(peer);
    }

    void lost(long peer) {
        connected.remove(peer);
    }

    /** Its process is gone; whoever connects next is another one. */
    void died(long peer) {
        connected.remove(peer);
        dead.add(peer);
    }

    boolean isDead(long peer) {
        return dead.contains(peer);
    }

    boolean isConnected(long peer) {
        return connected.contains(peer);
    }

    void heardOfLeader(long nowMillis) {
        leaderHeardMillis = nowMillis;
    }

    @Nullable
    Duration leaderAge(long nowMillis) {
        return leaderHeardMillis == null ? null : Duration.ofMillis(nowMillis - leaderHeardMillis);
    }
}
