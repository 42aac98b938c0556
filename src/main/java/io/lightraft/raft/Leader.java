package io.lightraft.raft;

import io.lightraft.raft.ProposeResult.Outcome;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.quorum.JointConfig;
import io.lightraft.raft.tracker.Configuration;
import io.lightraft.raft.tracker.Progress;
import io.lightraft.raft.tracker.ProgressState;
import java.util.ArrayList;
import java.util.List;

/** One office of a leader: replicates, commits, answers reads, hands over (Raft §5.3, §5.4; thesis §3.10, §6.4). */
final class Leader extends RoleBehaviour {

    private final ServerState state;
    private final Replicator replicator;
    private final LeaderProposals proposals;
    private final ReadIndexRounds readRounds = new ReadIndexRounds();

    /** Reads that came before an entry of this term was committed. */
    private List<Message.ReadIndex> earlyReads = new ArrayList<>();

    private long transferee;
    private int heartbeatElapsedTicks;

    Leader(ServerState state) {
        this.state = state;
        replicator = new Replicator(state);
        proposals = new LeaderProposals(state);
    }

    /** An empty entry of its own term lets it find out what is committed (Raft §8). */
    void takeOffice() {
        Progress self = state.tracker.progress(state.id());
        Invariant.check(self != null, "elected, but no member");
        self.becomeReplicate();
        self.recentActive(true);
        proposals.append(List.of(Entry.empty(0, 0)));
        replicator.broadcastAppend();
    }

    @Override
    void tick() {
        heartbeatElapsedTicks++;
        state.timer.tick();
        if (state.timer.isMinimumPassed()) {
            state.timer.restart();
            boolean transferred = transferee != 0;
            // A transfer that took longer than an election would have failed.
            transferee = 0;
            if (state.config.checkQuorum() && !checkQuorum()) {
                return;
            }
            if (transferred && state.config.liveAfterChanges()) {
                leaveJointIfDue();
            }
        }
        if (heartbeatElapsedTicks >= state.config.heartbeatTicks()) {
            heartbeatElapsedTicks = 0;
            replicator.broadcastHeartbeat(readRounds.heartbeatContext());
        }
    }

    private boolean checkQuorum() {
        if (!state.tracker.isQuorumActive()) {
            state.becomeFollower(state.term(), 0, "no-quorum");
            return false;
        }
        state.tracker.progress().forEach((id, peer) -> peer.recentActive(id == state.id()));
        return true;
    }

    @Override
    ProposeResult propose(long from, List<Entry> entries) {
        if (state.tracker.progress(state.id()) == null) {
            return ProposeResult.of(Outcome.DROPPED_NOT_MEMBER);
        }
        if (transferee != 0) {
            return ProposeResult.of(Outcome.DROPPED_TRANSFER);
        }
        if (state.config.liveAfterChanges() && isLeaving()) {
            // It leads on until a voter has taken over. Had it the better log, those who do not know the removal to be
            // committed could need its vote, and not get it.
            return ProposeResult.of(Outcome.DROPPED_LEAVING);
        }
        ProposeResult result = proposals.append(entries);
        if (result.lastIndex() != 0) {
            replicator.broadcastAppend();
        }
        return result;
    }

    @Override
    void onAppendEntriesResponse(Message.AppendEntriesResponse response) {
        Progress peer = state.tracker.progress(response.from());
        if (peer == null) {
            return;
        }
        peer.recentActive(true);
        if (response.reject()) {
            onRejected(peer, response);
            return;
        }
        // The second case: a probe was answered that brought nothing new, so that the stream may start.
        boolean probed = peer.state() == ProgressState.PROBE && peer.matchIndex() == response.index();
        if (peer.maybeUpdate(response.index()) || probed) {
            onMatched(peer, response);
        }
    }

    /** Steps back over all entries that can't be common to both logs, whole terms at a time (Raft §5.3). */
    private void onRejected(Progress peer, Message.AppendEntriesResponse response) {
        long hint = response.hint();
        if (response.hintTerm() > 0) {
            hint = state.log.findConflictByTerm(hint, response.hintTerm());
        }
        if (peer.maybeDecrease(response.index(), hint)) {
            if (peer.state() == ProgressState.REPLICATE) {
                peer.becomeProbe();
            }
            replicator.maybeSendAppend(response.from(), true);
        }
    }

    private void onMatched(Progress peer, Message.AppendEntriesResponse response) {
        switch (peer.state()) {
            case PROBE -> peer.becomeReplicate();
            case SNAPSHOT -> {
                // Whatever snapshot it got, and from whom: it can go on from this log now.
                if (peer.matchIndex() + 1 >= state.log.firstIndex()) {
                    peer.becomeProbe();
                    peer.becomeReplicate();
                }
            }
            case REPLICATE -> peer.freeInflightsUpTo(response.index());
        }
        boolean fromPeer = response.from() != state.id();
        if (maybeCommit()) {
            replicator.broadcastAppend();
        } else if (fromPeer && peer.canBumpCommit(state.log.committed())) {
            replicator.maybeSendAppend(response.from(), true);
        }
        if (fromPeer) {
            replicator.sendAllEntries(response.from());
        }
        if (response.from() == transferee && peer.matchIndex() == state.log.lastIndex()) {
            sendTimeoutNow();
        }
    }

    private boolean maybeCommit() {
        if (!state.log.maybeCommit(state.tracker.committedIndex(), state.term())) {
            return false;
        }
        List<Message.ReadIndex> reads = earlyReads;
        earlyReads = new ArrayList<>();
        reads.forEach(this::onReadIndex);
        return true;
    }

    @Override
    void onHeartbeatResponse(Message.HeartbeatResponse response) {
        Progress peer = state.tracker.progress(response.from());
        if (peer == null) {
            return;
        }
        peer.recentActive(true);
        peer.resumeFlow();
        if (peer.matchIndex() < state.log.lastIndex() || peer.state() == ProgressState.PROBE) {
            replicator.maybeSendAppend(response.from(), true);
        }
        if (!response.context().isEmpty()) {
            readRounds.ack(response.from(), response.context());
            answerConfirmedReads();
        }
    }

    /**
     * A new leader does not know how far its predecessor had committed before it has committed an entry itself; only
     * then its commit index is good enough to read at (thesis §6.4, step 1).
     */
    @Override
    void onReadIndex(Message.ReadIndex read) {
        long committed = state.log.committed();
        if (!state.log.matches(committed, state.term())) {
            earlyReads.add(read);
            return;
        }
        JointConfig voters = state.tracker.configuration().voters();
        boolean decidesAlone = voters.isSingleton() && voters.contains(state.id());
        if (decidesAlone || state.config.readOnlyMode() == ReadOnlyMode.LEASE_BASED) {
            answer(new ReadIndexRounds.Read(read.from(), read.context(), committed));
            return;
        }
        readRounds.add(state.id(), new ReadIndexRounds.Read(read.from(), read.context(), committed));
        replicator.broadcastHeartbeat(readRounds.heartbeatContext());
    }

    private void answerConfirmedReads() {
        readRounds.takeConfirmed(state.tracker.configuration().voters()).forEach(this::answer);
    }

    private void answer(ReadIndexRounds.Read read) {
        if (read.from() == state.id()) {
            state.outbox.confirmRead(new ReadState(read.index(), read.context()));
        } else {
            state.outbox.send(
                    new Message.ReadIndexResponse(state.id(), read.from(), state.term(), read.index(), read.context()));
        }
    }

    @Override
    void transferLeadership(long target) {
        Progress peer = state.tracker.progress(target);
        if (peer == null || peer.isLearner() || target == transferee) {
            return;
        }
        transferee = 0;
        if (target == state.id()) {
            if (state.config.liveAfterChanges()) {
                leaveJointIfDue();
            }
            return;
        }
        // From now on it has one election timeout.
        state.timer.restart();
        transferee = target;
        if (peer.matchIndex() == state.log.lastIndex()) {
            sendTimeoutNow();
        } else {
            replicator.maybeSendAppend(target, true);
        }
    }

    /** A successor that lacks what is committed could not win, so it is not worth asking. */
    @Override
    void stepDown(String reason) {
        JointConfig voters = state.tracker.configuration().voters();
        if (voters.isSingleton() && voters.contains(state.id())) {
            return; // There is nobody to make room for.
        }
        long successor = furthestVoter(state.log.committed());
        if (successor != 0) {
            state.outbox.send(new Message.TimeoutNow(state.id(), successor, state.term()));
        }
        state.becomeFollower(state.term(), 0, reason);
    }

    /** 0 when nobody was heard of lately who has as much as that. */
    private long furthestVoter(long leastIndex) {
        long furthestId = 0;
        long furthest = leastIndex;
        for (long id : state.tracker.configuration().voters().ids()) {
            Progress peer = state.tracker.progress(id);
            if (id != state.id() && peer != null && peer.isRecentActive() && peer.matchIndex() >= furthest) {
                furthest = peer.matchIndex();
                furthestId = id;
            }
        }
        return furthestId;
    }

    @Override
    void handOverIfNoVoter() {
        if (transferee == 0 && !state.tracker.configuration().voters().contains(state.id())) {
            transferLeadership(furthestVoter(0));
        }
    }

    @Override
    boolean isLeaving() {
        return proposals.isLeaving();
    }

    @Override
    void forgetProgress(long id) {
        Progress peer = state.tracker.progress(id);
        if (peer != null) {
            peer.forget();
        }
    }

    @Override
    boolean isConfChangePending() {
        return !proposals.isConfChangeApplied() || state.tracker.configuration().isJoint();
    }

    private void sendTimeoutNow() {
        state.outbox.send(new Message.TimeoutNow(state.id(), transferee, state.term()));
    }

    @Override
    long transferee() {
        return transferee;
    }

    /** Appends to it may have got lost, so that the stream would run on into the void. */
    @Override
    void reportUnreachable(long id) {
        Progress peer = state.tracker.progress(id);
        if (peer != null && peer.state() == ProgressState.REPLICATE) {
            peer.becomeProbe();
        }
    }

    /** Delivered or not, the next append waits: for the peer's own answer, or for the next heartbeat's. */
    @Override
    void reportSnapshot(long id, boolean success) {
        Progress peer = state.tracker.progress(id);
        if (peer == null || peer.state() != ProgressState.SNAPSHOT) {
            return;
        }
        if (!success) {
            peer.forgetPendingSnapshot();
        }
        peer.becomeProbe();
        peer.pauseFlow();
    }

    @Override
    void retryUnavailable() {
        for (long id : state.tracker.progress().keySet()) {
            if (id != state.id()) {
                replicator.sendAllEntries(id);
            }
        }
    }

    @Override
    void onApplied(long payloadBytes) {
        proposals.onApplied(payloadBytes);
        leaveJointIfDue();
    }

    /** Dropped while a transfer is going on: then the next leader does it, or this one when the transfer has ended otherwise. */
    private void leaveJointIfDue() {
        if (state.tracker.configuration().autoLeave() && proposals.isConfChangeApplied()) {
            ConfChange leave = ConfChange.leaveJoint();
            propose(state.id(), List.of(new Entry(0, 0, leave.entryType(), leave.encode())));
        }
    }

    @Override
    void onConfigurationChanged() {
        Progress self = state.tracker.progress(state.id());
        Configuration configuration = state.tracker.configuration();
        if (self == null || self.isLearner()) {
            if (state.config.stepDownOnRemoval()) {
                state.becomeFollower(state.term(), 0, "removed");
            }
            return;
        }
        if (maybeCommit()) {
            replicator.broadcastAppend();
        } else {
            // New members need not wait for the next heartbeat or proposal.
            retryAppends();
        }
        answerConfirmedReads();
        if (transferee != 0 && !configuration.voters().contains(transferee)) {
            transferee = 0;
        }
    }

    private void retryAppends() {
        for (long id : state.tracker.progress().keySet()) {
            if (id != state.id()) {
                replicator.maybeSendAppend(id, false);
            }
        }
    }
}
