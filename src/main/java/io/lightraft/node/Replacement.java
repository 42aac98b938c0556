package io.lightraft.node;

import io.lightraft.node.MemberChanges.Lag;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.Raft;
import io.lightraft.raft.Role;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * Members that take the place of others, up to the joint change in which they do it. Everything before that adds
 * learners only, so it may end at any time, and be asked for again. Owned by the raft loop.
 */
final class Replacement {

    private final Raft raft;
    private final MemberRules rules;
    private final MemberRequest request;
    private final CompletableFuture<Void> future;
    private final long deadlineMillis;

    Replacement(
            Raft raft, MemberRules rules, MemberRequest request, CompletableFuture<Void> future, long deadlineMillis) {
        this.raft = raft;
        this.rules = rules;
        this.request = request;
        this.future = future;
        this.deadlineMillis = deadlineMillis;
    }

    CompletableFuture<Void> future() {
        return future;
    }

    long deadlineMillis() {
        return deadlineMillis;
    }

    /**
     * Who is to be added yet.
     *
     * @throws ReplicaException.Rejected when the whole makes no sense
     */
    MemberRules.Checked additions() {
        List<Change> changes = new ArrayList<>();
        for (NodeAddresses place : request.add()) {
            if (!rules.isThere(place)) {
                changes.add(new Change(Kind.ADD_LEARNER, place.raftId()));
            }
        }
        promotions(promoted()).forEach(rules::refuseSenseless);
        rules.check(demotions(), List.of(), request.demote());
        // Who asks again finds all of them gone that were to go, as they go together.
        boolean goneAlready = changes.isEmpty() && removals().isEmpty();
        if (!goneAlready) {
            removed().forEach(id -> rules.refuseSenseless(new Change(Kind.REMOVE, id)));
        }
        return rules.check(changes, request.add(), List.of());
    }

    boolean isDone() {
        return exchanges().isEmpty();
    }

    boolean isReady(LongFunction<Lag> lag) {
        return waitedFor().stream().allMatch(id -> lag.apply(id) == Lag.NONE);
    }

    /** The joint change. */
    MemberRules.Checked exchange() {
        return rules.check(exchanges(), List.of(), request.demote());
    }

    private List<Change> exchanges() {
        List<Change> changes = new ArrayList<>(promotions(waitedFor()));
        changes.addAll(promotions(promoted()));
        changes.addAll(demotions());
        changes.addAll(removals());
        return changes;
    }

    /** Those that were added and have no vote yet. */
    private List<Long> waitedFor() {
        List<Long> voters = now().voters();
        return request.add().stream()
                .map(NodeAddresses::raftId)
                .filter(id -> !voters.contains(id))
                .toList();
    }

    private List<Change> promotions(List<Long> ids) {
        List<Long> voters = now().voters();
        return ids.stream()
                .filter(id -> !voters.contains(id))
                .map(id -> new Change(Kind.ADD_VOTER, id))
                .toList();
    }

    private List<Change> removals() {
        ConfState now = now();
        return removed().stream()
                .filter(id -> Members.isNamedIn(now, id))
                .map(id -> new Change(Kind.REMOVE, id))
                .toList();
    }

    /** Of those that are learners for good already nothing is asked any more. */
    private List<Change> demotions() {
        return request.demote().stream()
                .map(node -> node + 1L)
                .filter(id -> !rules.staysLearner(id))
                .map(id -> new Change(Kind.ADD_LEARNER, id))
                .toList();
    }

    private List<Long> promoted() {
        return request.promote().stream().map(node -> node + 1L).toList();
    }

    private List<Long> removed() {
        return request.remove().stream().map(node -> node + 1L).toList();
    }

    private ConfState now() {
        return raft.status().confState();
    }

    /** Whether it has come to an end before the joint change; the future says why, and how far it came. */
    boolean hasFailed(long nowMillis, LongFunction<Lag> lag) {
        if (raft.role() != Role.LEADER) {
            future.completeExceptionally(
                    new ReplicaException.OutcomeUnknown(
                            "the leader changed before the members were"
                                    + " exchanged. Nobody was removed, but nodes may have been added; ask again, the same as before."));
            return true;
        }
        if (nowMillis < deadlineMillis) {
            return false;
        }
        String late = waitedFor().stream()
                .map(id -> "node " + (id - 1)
                        + (lag.apply(id) == Lag.UNHEARD ? " (nothing was heard of it)" : " (it is behind)"))
                .collect(Collectors.joining(", "));
        future.completeExceptionally(new ReplicaException.OutcomeUnknown(
                "these did not catch up in time: " + late + ". Nobody was removed; who was added stays, and becomes a"
                        + " voter once it has caught up. Ask again, the same as before, to go on."));
        return true;
    }
}
