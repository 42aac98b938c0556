package io.lightraft.raft;

import io.lightraft.raft.ProposeResult.Outcome;
import java.util.List;

/**
 * What a node does in one role. An instance lives as long as the node stays in that role and term, so what belongs to
 * one office (votes, a transfer, reads that wait) ends with it. Messages arrive here after their term was looked at:
 * they are of the current term, or of none. What a role has nothing to say to, it ignores.
 */
abstract sealed class RoleBehaviour permits Follower, Candidate, Leader {

    abstract void tick();

    ProposeResult propose(long from, List<Entry> entries) {
        return ProposeResult.of(Outcome.DROPPED_NO_LEADER);
    }

    void onAppendEntries(Message.AppendEntries append) {}

    void onAppendEntriesResponse(Message.AppendEntriesResponse response) {}

    void onHeartbeat(Message.Heartbeat heartbeat) {}

    void onHeartbeatResponse(Message.HeartbeatResponse response) {}

    void onInstallSnapshot(Message.InstallSnapshot install) {}

    void onVoteResponse(long from, boolean granted) {}

    void onPreVoteResponse(long from, boolean granted) {}

    void onReadIndex(Message.ReadIndex read) {}

    void onReadIndexResponse(Message.ReadIndexResponse response) {}

    void onTimeoutNow() {}

    /** Somebody wishes {@code target} to lead. */
    void transferLeadership(long target) {}

    /** This node can't do a leader's work. */
    void stepDown(String reason) {}

    /** Hands the office over if this node is no voter any more. */
    void handOverIfNoVoter() {}

    /** Whether this node's own removal stands in its log, so that nothing may be put behind it. */
    boolean isLeaving() {
        return false;
    }

    /** What this peer acknowledged is lost. */
    void forgetProgress(long id) {}

    /** Whether a membership change may be on its way that is not applied. */
    boolean isConfChangePending() {
        return false;
    }

    void forgetLeader() {}

    void reportUnreachable(long id) {}

    void reportSnapshot(long id, boolean success) {}

    /** Entries with so many bytes of payload were applied, or a snapshot was installed. */
    void onApplied(long payloadBytes) {}

    /** Another configuration is in force. */
    void onConfigurationChanged() {}

    /** Entries that the storage did not have in memory may be there now. */
    void retryUnavailable() {}

    /** The target of a transfer that is going on, else 0. */
    long transferee() {
        return 0;
    }
}
