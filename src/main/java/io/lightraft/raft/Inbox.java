package io.lightraft.raft;

import io.lightraft.raft.Message.AppendEntries;
import io.lightraft.raft.Message.AppendEntriesResponse;
import io.lightraft.raft.Message.Heartbeat;
import io.lightraft.raft.Message.HeartbeatResponse;
import io.lightraft.raft.Message.InstallSnapshot;
import io.lightraft.raft.Message.ReadIndex;
import io.lightraft.raft.Message.ReadIndexResponse;
import io.lightraft.raft.Message.RequestPreVote;
import io.lightraft.raft.Message.RequestPreVoteResponse;
import io.lightraft.raft.Message.RequestVote;
import io.lightraft.raft.Message.RequestVoteResponse;
import io.lightraft.raft.Message.StorageAppendResponse;
import io.lightraft.raft.Message.StorageApplyResponse;
import io.lightraft.raft.Message.TimeoutNow;
import io.lightraft.raft.Message.TransferLeadership;
import java.util.List;

/** Looks at a message's term first (Raft §5.1), and hands it on to whom it concerns. */
final class Inbox {

    private final ServerState state;

    Inbox(ServerState state) {
        this.state = state;
    }

    StepOutcome step(Message message) {
        if (message.term() > state.term()) {
            if (isDisruptive(message)) {
                return StepOutcome.TAKEN;
            }
            adoptTerm(message);
        } else if (message.term() < state.term() && message.term() != 0) {
            onOldTerm(message);
            return StepOutcome.TAKEN;
        }
        return dispatch(message);
    }

    /**
     * A campaign while the leader is alive and well: a server that was cut off, or removed, must not depose it (thesis
     * §4.2.3). The leader itself may ask for one.
     */
    private boolean isDisruptive(Message message) {
        boolean campaign =
                message instanceof RequestPreVote || (message instanceof RequestVote request && !request.transfer());
        return campaign && state.config.checkQuorum() && state.leaderId() != 0 && !state.timer.isMinimumPassed();
    }

    private void adoptTerm(Message message) {
        boolean asked = message instanceof RequestPreVote
                || (message instanceof RequestPreVoteResponse response && !response.reject());
        if (asked) {
            // Terms that nobody is in yet.
            return;
        }
        boolean fromLeader =
                message instanceof AppendEntries || message instanceof Heartbeat || message instanceof InstallSnapshot;
        state.becomeFollower(message.term(), fromLeader ? message.from() : 0, "higher-term");
    }

    private void onOldTerm(Message message) {
        boolean stuckLeader = message instanceof Heartbeat || message instanceof AppendEntries;
        if (stuckLeader && (state.config.checkQuorum() || state.config.preVote())) {
            // This node's campaigns may be ignored by then: it shows its term, so that the old leader steps down.
            state.outbox.send(new AppendEntriesResponse(state.id(), message.from(), state.term(), 0, false, 0, 0));
        } else if (message instanceof RequestPreVote) {
            // Silence could leave a candidate of an older term stuck.
            state.outbox.send(new RequestPreVoteResponse(state.id(), message.from(), state.term(), true));
        } else if (message instanceof StorageAppendResponse response
                && !response.snapshot().isEmpty()) {
            // The entries may have been replaced since; a snapshot is committed, whatever the term.
            state.snapshotInstalled(response.snapshot());
        }
    }

    private StepOutcome dispatch(Message message) {
        RoleBehaviour role = state.behaviour();
        if (message instanceof AppendEntries append) {
            role.onAppendEntries(append);
        } else if (message instanceof AppendEntriesResponse response) {
            role.onAppendEntriesResponse(response);
        } else if (message instanceof StorageAppendResponse response) {
            onStored(response);
        } else if (message instanceof StorageApplyResponse response) {
            onApplied(response.entries());
        } else if (message instanceof Heartbeat heartbeat) {
            role.onHeartbeat(heartbeat);
        } else if (message instanceof HeartbeatResponse response) {
            role.onHeartbeatResponse(response);
        } else if (message instanceof ReadIndex read) {
            role.onReadIndex(read);
        } else if (message instanceof ReadIndexResponse response) {
            role.onReadIndexResponse(response);
        } else if (message instanceof RequestVote request) {
            state.elections.onRequestVote(request);
        } else if (message instanceof RequestVoteResponse response) {
            role.onVoteResponse(response.from(), !response.reject());
        } else if (message instanceof RequestPreVote request) {
            state.elections.onRequestPreVote(request);
        } else if (message instanceof RequestPreVoteResponse response) {
            role.onPreVoteResponse(response.from(), !response.reject());
        } else if (message instanceof InstallSnapshot install) {
            role.onInstallSnapshot(install);
        } else if (message instanceof TimeoutNow) {
            role.onTimeoutNow();
        } else if (message instanceof TransferLeadership transfer) {
            role.transferLeadership(transfer.transferee());
        } else if (message instanceof Message.Committed committed) {
            state.elections.onCommitted(committed);
        } else if (message instanceof Message.Propose proposal
                && role.propose(proposal.from(), proposal.entries()).isDropped()) {
            return StepOutcome.PROPOSAL_DROPPED;
        }
        return StepOutcome.TAKEN;
    }

    private void onStored(StorageAppendResponse response) {
        if (response.index() != 0) {
            state.log.stableTo(response.index(), response.logTerm());
        }
        if (!response.snapshot().isEmpty()) {
            state.snapshotInstalled(response.snapshot());
        }
    }

    private void onApplied(List<Entry> entries) {
        if (!entries.isEmpty()) {
            long index = entries.get(entries.size() - 1).index();
            state.appliedTo(index, RaftLimits.sizeOf(entries), RaftLimits.payloadBytes(entries));
        }
    }
}
