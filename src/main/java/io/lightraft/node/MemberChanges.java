package io.lightraft.node;

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
import java.util.Locale;
import java.util.Map;
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
    private final MemberRules rules;
    private final BooleanSupplier ownTermCommitted;

    private @Nullable Pending pending;
    private @Nullable Replacement replacement;
    private @Nullable Waiting waiting;

    /** The learner that had caught up when it was last looked at: it must still be so the next time. */
    private long candidate;

    /** What somebody asked for while this node was making a change by itself. */
    private record Waiting(MemberRequest request, CompletableFuture<Void> future, long deadlineMillis) {}

    /** @param future null for a change that this node makes by itself */
    private record Pending(long term, long index, @Nullable CompletableFuture<Void> future, long deadlineMillis) {

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
        this.rules = new MemberRules(raft, members);
        this.ownTermCommitted = ownTermCommitted;
    }

    /**
     * Proposes a change; several at once go through a joint configuration, which is left by itself. A change that this
     * node makes by itself (it promotes a learner, takes in a node without data) is waited for, as nobody can know of it.
     *
     * @param future completes when the change is in force and no configuration is joint; fails with
     *     {@link ReplicaException.Rejected} for a change that makes no sense, {@link ReplicaException.Busy} while another
     *     one is under way
     */
    void propose(MemberRequest request, CompletableFuture<Void> future, long deadlineMillis) {
        try {
            refuseIfBusy();
            if (raft.isConfChangePending() || pending != null) {
                waiting = new Waiting(request, future, deadlineMillis);
            } else if (request.isReplacement()) {
                begin(new Replacement(raft, rules, request, future, deadlineMillis));
            } else {
                append(rules.check(request.changes(), request.add(), request.demote()), future, deadlineMillis);
            }
        } catch (ReplicaException refusal) {
            future.completeExceptionally(refusal);
        }
    }

    private void begin(Replacement wish) {
        MemberRules.Checked first = wish.additions();
        if (!first.changes().isEmpty()) {
            append(first, null, Long.MAX_VALUE);
        } else if (wish.isDone()) {
            wish.future().complete(null);
            return;
        }
        replacement = wish;
    }

    private void refuseIfBusy() {
        if (raft.role() != Role.LEADER) {
            throw new ReplicaException.NoLeader("this node does not lead. Ask the leader.");
        }
        boolean asked = pending != null && pending.future() != null;
        if (asked || replacement != null || waiting != null || raft.leadTransferPending()) {
            throw new ReplicaException.Busy("another change of the members, or of the leader, is under way. Nothing"
                    + " was done; wait for it to end.");
        }
        if (raft.isLeaving()) {
            // Even a refused change would put an entry behind its own removal, and it may only lead on without any.
            throw new ReplicaException.Busy(
                    "the leader is being removed. Nothing was done; retry when another node leads.");
        }
        if (!ownTermCommitted.getAsBoolean()) {
            throw new ReplicaException.Busy("the leader is new and does not know yet what is committed. Nothing was"
                    + " done; retry a little later.");
        }
    }

    private void append(MemberRules.Checked checked, @Nullable CompletableFuture<Void> future, long deadlineMillis) {
        // An address travels with the change that makes a node a member, as others may have no other way to know it.
        ProposeResult result = raft.proposeConfChange(
                new ConfChange(false, Transition.AUTO, checked.changes(), MemberCodec.encode(checked.addresses())));
        if (result.outcome() != Outcome.APPENDED) {
            throw new ReplicaException.Busy("the leader can't take a change of the members just now ("
                    + result.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                    + "). Nothing was done; retry a little later.");
        }
        pending = new Pending(result.term(), result.firstIndex(), future, deadlineMillis);
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
        lookAfterWaiting(nowMillis);
        if (replacement != null && replacement.hasFailed(nowMillis, this::lag)) {
            replacement = null;
        }
        if (change != null && change.future() != null && nowMillis >= change.deadlineMillis()) {
            change.fail(new ReplicaException.OutcomeUnknown("the change was not committed in time, and may still be."
                    + " See GET /admin/members before you ask again."));
            pending = null;
        } else if (change != null && raft.role() != Role.LEADER) {
            change.fail(new ReplicaException.OutcomeUnknown("the leader changed while the change was under way."
                    + " See GET /admin/members before you ask again."));
            pending = null;
        } else if (look && change == null && mayChange()) {
            if (replacement != null) {
                completeReplacement(replacement);
            } else {
                promoteWhoHasCaughtUp();
            }
        }
    }

    private void lookAfterWaiting(long nowMillis) {
        Waiting wish = waiting;
        if (wish == null) {
            return;
        }
        if (nowMillis >= wish.deadlineMillis() && raft.role() == Role.LEADER) {
            waiting = null;
            wish.future()
                    .completeExceptionally(new ReplicaException.Busy("another change of the members is under way, and"
                            + " did not end in time. Nothing was done; ask again."));
        } else if (raft.role() != Role.LEADER || (pending == null && !raft.isConfChangePending())) {
            waiting = null;
            propose(wish.request(), wish.future(), wish.deadlineMillis());
        }
    }

    private boolean mayChange() {
        return raft.role() == Role.LEADER
                && ownTermCommitted.getAsBoolean()
                && !raft.leadTransferPending()
                && !raft.isLeaving()
                && !raft.isConfChangePending();
    }

    private void completeReplacement(Replacement wish) {
        try {
            if (wish.isReady(this::lag)) {
                append(wish.exchange(), wish.future(), wish.deadlineMillis());
                replacement = null;
            }
        } catch (ReplicaException.Rejected senseless) {
            wish.future().completeExceptionally(senseless);
            replacement = null;
        } catch (ReplicaException.Busy later) {
            // Looked at again.
        }
    }

    private void promoteWhoHasCaughtUp() {
        RaftStatus status = raft.status();
        long found = status.peers().entrySet().stream()
                .filter(peer -> peer.getValue().learner() && !rules.staysLearner(peer.getKey()))
                .filter(peer -> lag(peer.getKey()) == Lag.NONE)
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElse(0);
        boolean again = found != 0 && found == candidate;
        RaftStatus.Peer before = status.peers().get(candidate);
        if (found != 0 || before == null || before.recentActive()) {
            candidate = found;
        }
        if (again) {
            try {
                append(
                        new MemberRules.Checked(List.of(new Change(Kind.ADD_VOTER, found)), List.of()),
                        null,
                        Long.MAX_VALUE);
            } catch (ReplicaException.Busy later) {
                // Looked at again.
            }
        }
    }

    /** How far a member is from holding up nobody as a voter. */
    enum Lag {
        NONE,
        BEHIND,
        UNHEARD
    }

    private Lag lag(long id) {
        RaftStatus.Peer peer = raft.status().peers().get(id);
        if (peer == null || !peer.recentActive() || peer.matchIndex() == 0) {
            return Lag.UNHEARD;
        }
        return peer.state() == ProgressState.REPLICATE && raft.lastIndex() - peer.matchIndex() <= SMALL_LAG_ENTRIES
                ? Lag.NONE
                : Lag.BEHIND;
    }

    void stop(String reason) {
        if (waiting != null) {
            waiting.future().completeExceptionally(new ReplicaException.Stopped(reason + ". Nothing was done."));
            waiting = null;
        }
        if (pending != null) {
            pending.fail(new ReplicaException.Stopped(reason + ". The change may still be committed."));
            pending = null;
        }
        if (replacement != null) {
            replacement
                    .future()
                    .completeExceptionally(new ReplicaException.Stopped(
                            reason + ". Nobody was removed; ask again, the same as before."));
            replacement = null;
        }
    }
}
