package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import io.lightraft.raft.RaftStatus;
import io.lightraft.raft.Role;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node does when its disk is full. As the leader it takes no writes and offers its office to each other voter in
 * turn; it takes no such offer itself. So the writes go on where there is room, and where there is none the leader stays
 * and says so. Votes, elections and reads go on: they need no room, or what is kept for them. Owned by the raft loop.
 */
final class FullDisk {

    private final Raft raft;
    private final int offerTicks;
    private @Nullable String shortage;
    private long lastOffered;
    private int ticksToOffer;

    /** @param offerTicks between one offer and the next; more than an offer is given to be taken */
    FullDisk(Raft raft, int offerTicks) {
        this.raft = raft;
        this.offerTicks = offerTicks;
    }

    /** @param newShortage for the operator; null when there is room again */
    void shortage(@Nullable String newShortage) {
        shortage = newShortage;
        ticksToOffer = 0;
        if (newShortage != null) {
            offer();
        }
    }

    @Nullable
    String shortage() {
        return shortage;
    }

    void tick() {
        if (shortage != null && --ticksToOffer <= 0) {
            offer();
        }
    }

    boolean ignores(Message message) {
        return shortage != null && message instanceof Message.TimeoutNow;
    }

    private void offer() {
        if (raft.role() != Role.LEADER) {
            return;
        }
        ticksToOffer = offerTicks;
        SortedMap<Long, RaftStatus.Peer> candidates = new TreeMap<>();
        for (Map.Entry<Long, RaftStatus.Peer> peer : raft.status().peers().entrySet()) {
            boolean fit = peer.getValue().recentActive() && !peer.getValue().learner();
            if (peer.getKey() != raft.id() && fit) {
                candidates.put(peer.getKey(), peer.getValue());
            }
        }
        if (candidates.isEmpty()) {
            return;
        }
        SortedMap<Long, RaftStatus.Peer> later = candidates.tailMap(lastOffered + 1);
        lastOffered = later.isEmpty() ? candidates.firstKey() : later.firstKey();
        raft.transferLeadership(lastOffered);
    }
}
