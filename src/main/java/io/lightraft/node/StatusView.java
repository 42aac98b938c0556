package io.lightraft.node;

import io.lightraft.node.ReplicaStatus.MemberStatus;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.HardState;
import io.lightraft.raft.Raft;
import io.lightraft.raft.RaftStatus;
import io.lightraft.raft.Role;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the core knows, in the words of those who run it. Owned by the raft loop. */
final class StatusView {

    static final String REMOVED =
            "this node was removed from the cluster; stop it, or add it again with POST /admin/members";

    private final ReplicaConfig config;
    private final Raft raft;
    private final Members known;
    private final Outsiders outsiders;
    private final PeerContacts contacts;
    private final Supplier<@Nullable String> situation;

    /** @param situation what this node waits for before it is part of a cluster; null once it is */
    StatusView(
            ReplicaConfig config,
            Raft raft,
            Members known,
            Outsiders outsiders,
            PeerContacts contacts,
            Supplier<@Nullable String> situation) {
        this.config = config;
        this.raft = raft;
        this.known = known;
        this.outsiders = outsiders;
        this.contacts = contacts;
        this.situation = situation;
    }

    ReplicaStatus status(boolean ready, @Nullable String failure, @Nullable String impediment) {
        RaftStatus status = raft.status();
        List<MemberStatus> members = known.in(status.confState()).stream()
                .map(member -> member(member, status))
                .toList();
        @Nullable String waitsFor = situation.get();
        boolean removed = outsiders.isOutside();
        return new ReplicaStatus(
                config.nodeId(),
                waitsFor != null
                        ? "BLANK"
                        : removed
                                ? "REMOVED"
                                : status.learner() ? "LEARNER" : status.role().name(),
                raft.term(),
                raft.leaderId() == 0 ? null : (int) (raft.leaderId() - 1),
                raft.commitIndex(),
                raft.appliedIndex(),
                raft.lastIndex(),
                raft.firstIndex(),
                raft.firstIndex() - 1,
                ready && failure == null && !removed && waitsFor == null,
                failure,
                waitsFor != null ? waitsFor : removed ? REMOVED : impediment,
                members);
    }

    /** Why nothing can be decided at present: how many voters this node can talk to, itself included. */
    String whyNoLeader() {
        @Nullable String waitsFor = situation.get();
        if (waitsFor != null) {
            return waitsFor;
        }
        ConfState membership = raft.status().confState();
        if (outsiders.isOutside()) {
            return REMOVED;
        }
        long reachable = membership.voters().stream().filter(this::isReachable).count();
        int voters = membership.voters().size();
        if (reachable > voters / 2) {
            return raft.leaderId() == 0
                    ? "no leader: an election is under way, " + reachable + " of " + voters + " voters reachable"
                    : "no answer in time: " + reachable + " of " + voters + " voters reachable";
        }
        return "no quorum: " + reachable + " of " + voters + " voters reachable";
    }

    /** The core's own figures, for the dump of a node that failed. */
    String describe() {
        HardState hard = raft.status().hardState();
        return "role=" + raft.role() + " term=" + hard.term() + " vote=" + hard.vote() + " commit=" + hard.commit()
                + " applied=" + raft.appliedIndex() + " last=" + raft.lastIndex();
    }

    private MemberStatus member(Member member, RaftStatus status) {
        long id = member.raftId();
        RaftStatus.@Nullable Peer progress =
                raft.role() == Role.LEADER ? status.peers().get(id) : null;
        return new MemberStatus(
                member,
                status.confState().voters().contains(id),
                id == raft.leaderId(),
                progress == null ? null : progress.matchIndex(),
                progress == null ? null : Math.max(0, raft.lastIndex() - progress.matchIndex()),
                isReachable(id));
    }

    private boolean isReachable(long id) {
        return id == raft.id() || contacts.isConnected(id);
    }
}
