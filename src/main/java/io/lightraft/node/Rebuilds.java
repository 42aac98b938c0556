package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import io.lightraft.raft.RaftStatus;
import io.lightraft.raft.tracker.ProgressState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a leader's log has to keep for followers that are being rebuilt. A snapshot that has arrived is not the end of it:
 * the follower installs it, which takes as long as its disk needs, and then wants the entries that were written meanwhile.
 * If these were gone it would need another snapshot, and another. So they stay until it has caught up, in rounds as in
 * the thesis, §4.2.1: it has what the log had a heartbeat ago. Until then the log may follow what it acknowledges, so it
 * does no harm if that takes long; but nothing is kept for a follower of which nothing is heard. Owned by the raft loop.
 */
final class Rebuilds {

    /** Long enough for a follower whose process ended in the midst of it, and is started again. */
    static final int PATIENCE_ELECTION_TIMEOUTS = 30;

    private final class Rebuild {

        private final long snapshotIndex;
        private long keptIndex;
        private long roundGoal = raft.lastIndex();
        private int roundTicks;
        private int silentTicks;

        Rebuild(long snapshotIndex) {
            this.snapshotIndex = snapshotIndex;
            keptIndex = snapshotIndex;
        }

        /** @param peer null when it is no member any more, or this node does not lead */
        boolean isOver(RaftStatus.@Nullable Peer peer) {
            if (peer == null) {
                return true;
            }
            roundTicks++;
            silentTicks = peer.recentActive() ? 0 : silentTicks + 1;
            keptIndex = Math.max(snapshotIndex, peer.matchIndex());
            return silentTicks > patienceTicks || peer.state() == ProgressState.REPLICATE && isRoundShort(peer);
        }

        private boolean isRoundShort(RaftStatus.Peer peer) {
            if (peer.matchIndex() < roundGoal) {
                return false;
            }
            boolean isShort = roundTicks <= shortRoundTicks;
            roundGoal = raft.lastIndex();
            roundTicks = 0;
            return isShort;
        }
    }

    private final Raft raft;
    private final int patienceTicks;
    private final int shortRoundTicks;
    private final Effects effects;
    private final Map<Long, Rebuild> rebuilds = new HashMap<>();

    Rebuilds(Raft raft, ReplicaConfig config, Effects effects) {
        this.raft = raft;
        this.patienceTicks = PATIENCE_ELECTION_TIMEOUTS * config.electionTimeoutTicks();
        this.shortRoundTicks = config.heartbeatTicks();
        this.effects = effects;
    }

    /** One begins, or begins anew. */
    void send(Message.InstallSnapshot message) {
        rebuilds.put(message.to(), new Rebuild(message.snapshot().metadata().index()));
        keep();
        effects.sendSnapshot(message);
    }

    void tick() {
        if (!rebuilds.isEmpty()) {
            Map<Long, RaftStatus.Peer> peers = raft.status().peers();
            rebuilds.entrySet().removeIf(entry -> entry.getValue().isOver(peers.get(entry.getKey())));
            keep();
        }
    }

    private void keep() {
        effects.keepLogBehind(rebuilds.values().stream()
                .mapToLong(rebuild -> rebuild.keptIndex)
                .min()
                .orElse(Long.MAX_VALUE));
    }
}
