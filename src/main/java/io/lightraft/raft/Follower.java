package io.lightraft.raft;

import io.lightraft.raft.Message.AppendEntriesResponse;
import io.lightraft.raft.ProposeResult.Outcome;
import java.util.List;

/** Takes over the leader's log, and campaigns when there is none (Raft §5.2, §5.3). */
final class Follower extends RoleBehaviour {

    private final ServerState state;

    Follower(ServerState state) {
        this.state = state;
    }

    @Override
    void tick() {
        state.elections.tick();
    }

    @Override
    ProposeResult propose(long from, List<Entry> entries) {
        if (state.leaderId() == 0) {
            return ProposeResult.of(Outcome.DROPPED_NO_LEADER);
        }
        if (state.config.disableProposalForwarding()) {
            return ProposeResult.of(Outcome.DROPPED_NOT_LEADER);
        }
        state.outbox.send(new Message.Propose(from, state.leaderId(), 0, entries));
        return ProposeResult.of(Outcome.FORWARDED);
    }

    @Override
    void onAppendEntries(Message.AppendEntries append) {
        state.follow(append.from());
        RaftLog log = state.log;
        if (append.prevLogIndex() < log.committed()) {
            // What is committed here matches for certain; more than that was not checked.
            accept(append.from(), log.committed());
            return;
        }
        long matched = log.maybeAppend(append.prevLogIndex(), append.prevLogTerm(), append.entries(), append.commit());
        if (matched >= 0) {
            accept(append.from(), matched);
        } else {
            reject(append);
        }
    }

    private void accept(long leader, long index) {
        state.outbox.send(new AppendEntriesResponse(state.id(), leader, state.term(), index, false, 0, 0));
    }

    /** The hint skips whole terms of this log that the leader's can't have in common with it (Raft §5.3). */
    private void reject(Message.AppendEntries append) {
        RaftLog log = state.log;
        long hint = log.findConflictByTerm(Math.min(append.prevLogIndex(), log.lastIndex()), append.prevLogTerm());
        long hintTerm = Math.max(log.termAt(hint), 0);
        state.outbox.send(new AppendEntriesResponse(
                state.id(), append.from(), state.term(), append.prevLogIndex(), true, hint, hintTerm));
    }

    @Override
    void onHeartbeat(Message.Heartbeat heartbeat) {
        state.follow(heartbeat.from());
        state.log.commitTo(heartbeat.commit());
        state.outbox.send(
                new Message.HeartbeatResponse(state.id(), heartbeat.from(), state.term(), heartbeat.context()));
    }

    @Override
    void onInstallSnapshot(Message.InstallSnapshot install) {
        state.follow(install.from());
        boolean restored = state.membership.restore(install.snapshot());
        accept(install.from(), restored ? state.log.lastIndex() : state.log.committed());
    }

    @Override
    void onReadIndex(Message.ReadIndex read) {
        if (state.leaderId() != 0) {
            state.outbox.send(new Message.ReadIndex(read.from(), state.leaderId(), 0, read.context()));
        }
    }

    @Override
    void onReadIndexResponse(Message.ReadIndexResponse response) {
        state.outbox.confirmRead(new ReadState(response.index(), response.context()));
    }

    @Override
    void onTimeoutNow() {
        state.elections.campaignForTransfer();
    }

    @Override
    void transferLeadership(long target) {
        if (state.leaderId() != 0) {
            state.outbox.send(new Message.TransferLeadership(state.id(), state.leaderId(), state.term(), target));
        }
    }

    /** With leases a forgotten leader could be outvoted while it still answers reads. */
    @Override
    void forgetLeader() {
        if (state.config.readOnlyMode() != ReadOnlyMode.LEASE_BASED) {
            state.forgetLeader();
        }
    }
}
