package io.lightraft.node;

import io.lightraft.raft.Raft;
import io.lightraft.raft.RaftStatus;
import io.lightraft.raft.Role;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** A leadership that is being handed over (thesis §3.10), as those see it who asked for it. Owned by the raft loop. */
final class Handover {

    private final Raft raft;
    private final LongPredicate connected;

    private long target;
    private @Nullable CompletableFuture<Void> future;
    private long deadlineMillis;

    Handover(Raft raft, LongPredicate connected) {
        this.raft = raft;
        this.connected = connected;
    }

    /**
     * @param to a raft id, 0 for the voter that is furthest
     * @param answer completes when this node knows {@code to} as its leader, and at once when it leads already
     */
    void begin(long to, CompletableFuture<Void> answer, long newDeadlineMillis) {
        if (raft.role() != Role.LEADER) {
            answer.completeExceptionally(new ReplicaException.NoLeader("this node does not lead. Ask the leader."));
            return;
        }
        long successor = to == 0 ? furthest() : to;
        if (to != 0 && !raft.status().confState().voters().contains(to)) {
            answer.completeExceptionally(
                    new ReplicaException.Rejected("node " + (to - 1) + " is no voter. See GET /admin/members."));
        } else if (successor == 0) {
            answer.completeExceptionally(
                    new ReplicaException.Busy("no other voter can be reached. Start one, and ask again."));
        } else if (successor == raft.id()) {
            answer.complete(null);
        } else if (future != null || raft.leadTransferPending()) {
            answer.completeExceptionally(
                    new ReplicaException.Busy("the leadership is being moved already. Wait for it to end."));
        } else {
            target = successor;
            future = answer;
            deadlineMillis = newDeadlineMillis;
            raft.transferLeadership(successor);
        }
    }

    private long furthest() {
        RaftStatus status = raft.status();
        return status.peers().entrySet().stream()
                .filter(peer -> peer.getKey() != raft.id())
                .filter(peer -> status.confState().voters().contains(peer.getKey()))
                .filter(peer -> peer.getValue().recentActive() && connected.test(peer.getKey()))
                .max(Comparator.comparingLong(peer -> peer.getValue().matchIndex()))
                .map(Map.Entry::getKey)
                .orElse(0L);
    }

    /** Called in each turn of the loop. */
    void look(long nowMillis) {
        CompletableFuture<Void> waiting = future;
        if (waiting == null) {
            return;
        }
        long leader = raft.leaderId();
        if (leader == target) {
            waiting.complete(null);
        } else if (leader != 0 && leader != raft.id()) {
            waiting.completeExceptionally(new ReplicaException.Busy(
                    "node " + (leader - 1) + " was elected instead of node " + (target - 1) + ". Ask again."));
        } else if (raft.role() == Role.LEADER && !raft.leadTransferPending()) {
            waiting.completeExceptionally(new ReplicaException.Busy("node " + (target - 1)
                    + " did not take over within an election timeout. Node " + (raft.id() - 1) + " goes on leading."));
        } else if (nowMillis >= deadlineMillis) {
            waiting.completeExceptionally(new ReplicaException.OutcomeUnknown(
                    "no new leader was known in time. See" + " GET /admin/members before you ask again."));
        } else {
            return;
        }
        future = null;
    }

    void stop(String reason) {
        if (future != null) {
            future.completeExceptionally(new ReplicaException.Stopped(reason + "."));
            future = null;
        }
    }
}
