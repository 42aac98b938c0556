package io.lightraft.raft;

import io.lightraft.raft.tracker.ProgressState;
import java.util.SortedMap;

/**
 * A picture of the core at one moment.
 *
 * @param leaderId 0 while unknown
 * @param transferee the target of a leadership transfer that is going on, else 0
 * @param learner whether this node is a learner of the current membership
 * @param peers by id, this node included; empty unless it leads
 */
public record RaftStatus(
        long id,
        Role role,
        boolean learner,
        HardState hardState,
        long leaderId,
        long transferee,
        long appliedIndex,
        long firstIndex,
        long lastIndex,
        ConfState confState,
        SortedMap<Long, Peer> peers) {

    /**
     * What the leader knows of one member.
     *
     * @param pendingSnapshot the index of the snapshot that is under way to it, else 0
     * @param recentActive whether it was heard of since the last check of the quorum
     * @param paused whether nothing is sent to it until it answers
     * @param inflightMessages appends under way to it
     */
    public record Peer(
            long matchIndex,
            long nextIndex,
            ProgressState state,
            boolean learner,
            long pendingSnapshot,
            boolean recentActive,
            boolean paused,
            int inflightMessages,
            boolean inflightFull) {}
}
