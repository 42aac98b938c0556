package io.lightraft.raft;

import io.lightraft.raft.Message.RequestPreVote;
import io.lightraft.raft.Message.RequestPreVoteResponse;
import io.lightraft.raft.Message.RequestVote;
import io.lightraft.raft.Message.RequestVoteResponse;
import io.lightraft.raft.tracker.Progress;

/** Campaigns, and votes for the campaigns of others (Raft §5.2, §5.4.1). */
final class Elections {

    private final ServerState state;
    private boolean heldBack;

    Elections(ServerState state) {
        this.state = state;
    }

    void holdBack(boolean newHeldBack) {
        heldBack = newHeldBack;
    }

    /** A tick of a node that does not lead. */
    void tick() {
        state.timer.tick();
        if (state.isPromotable() && state.timer.isExpired()) {
            state.timer.restart();
            campaign("election-timeout");
        }
    }

    /** Campaigns if it may: first by asking only, where pre-vote is on. */
    void campaign(String reason) {
        if (!mayCampaign()) {
            return;
        }
        if (state.config.preVote()) {
            preElection(reason);
        } else {
            election(false, reason);
        }
    }

    /** The leader asked for it: there is no doubt about its death that a pre-vote could settle (thesis §3.10). */
    void campaignForTransfer() {
        if (mayCampaign()) {
            election(true, "transfer");
        }
    }

    private boolean mayCampaign() {
        return !heldBack && state.role() != Role.LEADER && state.isPromotable() && !hasUnappliedConfChange();
    }

    /**
     * Whether a committed change of the membership waits to be applied: a campaign under the old configuration might
     * count a majority that no longer is one. What can't be read just now may hold one.
     */
    private boolean hasUnappliedConfChange() {
        try {
            return !state.log
                    .confChanges(state.log.applied() + 1, state.log.committed() + 1)
                    .isEmpty();
        } catch (LogStorage.TemporarilyUnavailableException e) {
            return true;
        }
    }

    private void preElection(String reason) {
        state.becomePreCandidate(reason);
        long term = state.term() + 1;
        for (long voter : state.tracker.configuration().voters().ids()) {
            state.outbox.send(
                    voter == state.id()
                            ? new RequestPreVoteResponse(voter, voter, term, false)
                            : new RequestPreVote(state.id(), voter, term, state.log.lastTerm(), state.log.lastIndex()));
        }
    }

    /** The vote for itself goes the way of any vote, so that it counts only once it is on disk. */
    void election(boolean transfer, String reason) {
        state.becomeCandidate(reason);
        long term = state.term();
        for (long voter : state.tracker.configuration().voters().ids()) {
            state.outbox.send(
                    voter == state.id()
                            ? new RequestVoteResponse(voter, voter, term, false)
                            : new RequestVote(
                                    state.id(), voter, term, state.log.lastTerm(), state.log.lastIndex(), transfer));
        }
    }

    /**
     * A learner votes too: it may have been promoted without knowing it yet, and its vote may be needed to tell it.
     *
     * @param request of the current term
     */
    void onRequestVote(RequestVote request) {
        boolean free = state.vote() == 0 && state.leaderId() == 0;
        boolean grant = (free || state.vote() == request.from())
                && state.log.isUpToDate(request.lastLogIndex(), request.lastLogTerm());
        state.outbox.send(new RequestVoteResponse(state.id(), request.from(), state.term(), !grant));
        if (grant) {
            state.grantVote(request.from());
        } else {
            tellCommit(request.from(), request.lastLogIndex());
        }
    }

    /** A grant answers in the term that was asked for, else the asker would drop it as old. */
    void onRequestPreVote(RequestPreVote request) {
        boolean free = state.vote() == 0 && state.leaderId() == 0;
        boolean grant = (free || state.vote() == request.from() || request.term() > state.term())
                && state.log.isUpToDate(request.lastLogIndex(), request.lastLogTerm());
        long term = grant ? request.term() : state.term();
        state.outbox.send(new RequestPreVoteResponse(state.id(), request.from(), term, !grant));
        if (!grant) {
            tellCommit(request.from(), request.lastLogIndex());
        }
    }

    /**
     * Who is no voter any more can't campaign, however good its log. Whoever still needs its vote does not know the
     * change to be committed that took it, and would ask in vain for ever; once it knows, it needs that vote no longer.
     */
    private void tellCommit(long candidate, long candidateLastIndex) {
        Progress self = state.tracker.progress(state.id());
        long index = Math.min(state.log.committed(), candidateLastIndex);
        long term = state.log.termAt(index);
        boolean noVoter = self == null || self.isLearner();
        if (state.config.liveAfterChanges() && noVoter && index > 0 && term > 0) {
            state.outbox.send(new Message.Committed(state.id(), candidate, 0, term, index));
        }
    }

    /** A campaign ends that would not be begun now: it may count a majority that no longer is one. */
    void onCommitted(Message.Committed told) {
        boolean campaigning = state.role() == Role.CANDIDATE || state.role() == Role.PRE_CANDIDATE;
        if (state.log.learnCommit(told.index(), told.logTerm()) && campaigning && hasUnappliedConfChange()) {
            state.becomeFollower(state.term(), 0, "members-change");
        }
    }
}
