package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.ProposeResult;
import io.lightraft.raft.ProposeResult.Outcome;
import io.lightraft.raft.Raft;
import io.lightraft.raft.RaftStatus;
import io.lightraft.raft.Role;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.confchange.ConfChange.Transition;
import io.lightraft.raft.tracker.ProgressState;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a leader does about the membership: one change at a time, and learners that have caught up become voters by
 * themselves. Owned by the raft loop.
 */
final class MemberChanges {

    /** A learner that lags by no more than this holds up nobody as a voter. */
    private static final long SMALL_LAG_ENTRIES = 100;

    private final Raft raft;
    private final Members members;
    private final BooleanSupplier ownTermCommitted;

    private @Nullable Pending pending;

    /** The learner that had caught up when it was last looked at: it must still be so the next time. */
    private long candidate;

    /** @param future null for a change that this node makes by itself */
    private record Pending(
            List<Change> changes,
            long term,
            long index,
            @Nullable CompletableFuture<Void> future,
            long deadlineMillis) {

        void done() {
            if (future != null) {
                future.complete(null);
            }
        }

        void fail(ReplicaException why) {
            if (future != null) {
                future.completeExceptionally(why);
            }
        }
    }

    /**
     * @param members where nodes can be reached; who can't, can't be a member
     * @param ownTermCommitted whether this leader has committed an entry of its own term
     */
    MemberChanges(Raft raft, Members members, BooleanSupplier ownTermCommitted) {
        this.raft = raft;
        this.members = members;
        this.ownTermCommitted = ownTermCommitted;
    }

    /**
     * Proposes a change; several at once go through a joint configuration, which is left by itself.
     *
     * @param future completes when the change is in force and no configuration is joint; fails with
     *     {@link ReplicaException.Rejected} for a change that makes no sense, {@link ReplicaException.Busy} while another
     *     one is under way
     */
    void propose(List<Change> changes, CompletableFuture<Void> future, long deadlineMillis) {
        ReplicaException refusal = refusal(changes);
        if (refusal != null) {
            future.completeExceptionally(refusal);
            return;
        }
        ReplicaException failure = append(changes, future, deadlineMillis);
        if (failure != null) {
            future.completeExceptionally(failure);
        }
    }

    private @Nullable ReplicaException refusal(List<Change> changes) {
        if (raft.role() != Role.LEADER) {
            return new ReplicaException.NoLeader("this node does not lead. Ask the leader.");
        }
        ConfState now = raft.status().confState();
        if (pending != null || !now.votersOutgoing().isEmpty() || raft.leadTransferPending()) {
            return new ReplicaException.Busy("another change of the members, or of the leader, is under way. Nothing"
                    + " was done; wait for it to end.");
        }
        if (raft.isLeaving()) {
            return new ReplicaException.Busy(
                    "the leader is being removed. Nothing was done; retry when another node leads.");
        }
        if (!ownTermCommitted.getAsBoolean()) {
            return new ReplicaException.Busy("the leader is new and does not know yet what is committed. Nothing was"
                    + " done; retry a little later.");
        }
        for (Change change : changes) {
            String wrong = wrong(change, now);
            if (wrong != null) {
                return new ReplicaException.Rejected(wrong);
            }
        }
        List<Long> removed = changes.stream()
                .filter(change -> change.kind() == Kind.REMOVE)
                .map(Change::nodeId)
                .toList();
        boolean votersAdded = changes.stream().anyMatch(change -> change.kind() == Kind.ADD_VOTER);
        if (!votersAdded && removed.containsAll(now.voters())) {
            return new ReplicaException.Rejected("no voter would be left. Add another one first.");
        }
        return null;
    }

    private @Nullable String wrong(Change change, ConfState now) {
        long id = change.nodeId();
        String node = "node " + (id - 1);
        boolean voter = now.voters().contains(id);
        boolean learner = now.learners().contains(id);
        return switch (change.kind()) {
            // The leader itself, too: it leads on until a voter has taken over.
            case REMOVE -> voter || learner ? null : node + " is no member. See GET /admin/members.";
            case ADD_LEARNER -> {
                if (voter || learner) {
                    yield node + " is a member already. Remove it first if it lost its disk.";
                }
                yield members.named(id) != null
                        ? null
                        : node + " is not in lightraft.toml, so nobody knows its address. Add its block to the file on"
                                + " all nodes, and restart them one by one.";
            }
            case ADD_VOTER -> {
                if (voter) {
                    yield node + " is a voter already.";
                }
                yield learner ? null : node + " is no member. Add it first, with POST /admin/members.";
            }
            case UPDATE -> "nothing to change.";
        };
    }

    private @Nullable ReplicaException append(
            List<Change> changes, @Nullable CompletableFuture<Void> future, long deadlineMillis) {
        ProposeResult result =
                raft.proposeConfChange(new ConfChange(false, Transition.AUTO, changes, addressesOf(changes)));
        if (result.outcome() != Outcome.APPENDED) {
            return new ReplicaException.Busy("the leader can't take a change of the members just now ("
                    + result.outcome().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
                    + "). Nothing was done; retry a little later.");
        }
        pending = new Pending(changes, result.term(), result.firstIndex(), future, deadlineMillis);
        return null;
    }

    /** A node's address travels with the change that makes it a member, as others may have no other way to know it. */
    private byte[] addressesOf(List<Change> changes) {
        return MemberCodec.encode(changes.stream()
                .filter(change -> change.kind() == Kind.ADD_LEARNER)
                .map(change -> members.named(change.nodeId()))
                .filter(Objects::nonNull)
                .toList());
    }

    void applied(long index, long term) {
        Pending change = pending;
        if (change == null || index < change.index()) {
            return;
        }
        if (index == change.index() && term != change.term()) {
            change.fail(new ReplicaException.NoLeader(
                    "the leader changed before the change was committed. Nothing was done; ask again."));
            pending = null;
        } else if (raft.status().confState().votersOutgoing().isEmpty()) {
            change.done();
            pending = null;
        }
    }

    /** @param look whether to look after the learners, too; some ticks apart */
    void tick(long nowMillis, boolean look) {
        Pending change = pending;
        if (change != null && change.future() != null && nowMillis >= change.deadlineMillis()) {
            change.fail(new ReplicaException.OutcomeUnknown("the change was not committed in time, and may still be."
                    + " See GET /admin/members before you ask again."));
            pending = null;
        } else if (change != null && raft.role() != Role.LEADER) {
            change.fail(new ReplicaException.OutcomeUnknown("the leader changed while the change was under way."
                    + " See GET /admin/members before you ask again."));
            pending = null;
        } else if (look && change == null) {
            promoteWhoHasCaughtUp();
        }
    }

    private void promoteWhoHasCaughtUp() {
        if (raft.role() != Role.LEADER || !ownTermCommitted.getAsBoolean() || raft.leadTransferPending()) {
            candidate = 0;
            return;
        }
        RaftStatus status = raft.status();
        long found = status.peers().entrySet().stream()
                .filter(peer -> peer.getValue().learner() && hasCaughtUp(peer.getValue()))
                .mapToLong(java.util.Map.Entry::getKey)
                .findFirst()
                .orElse(0);
        if (found != 0
                && found == candidate
                && status.confState().votersOutgoing().isEmpty()) {
            append(List.of(new Change(Kind.ADD_VOTER, found)), null, Long.MAX_VALUE);
        }
        candidate = found;
    }

    private boolean hasCaughtUp(RaftStatus.Peer peer) {
        return peer.recentActive()
                && peer.state() == ProgressState.REPLICATE
                && peer.matchIndex() > 0
                && raft.lastIndex() - peer.matchIndex() <= SMALL_LAG_ENTRIES;
    }

    void stop(String reason) {
        if (pending != null) {
            pending.fail(new ReplicaException.Stopped(reason + ". The change may still be committed."));
            pending = null;
        }
    }
}
