package io.lightraft.raft;

import java.util.HashMap;
import java.util.Map;

/** Collects votes, or with pre-vote first the promise of votes (Raft §5.2, thesis §9.6). */
final class Candidate extends RoleBehaviour {

    private final ServerState state;
    private final boolean pre;
    private final Map<Long, Boolean> votes = new HashMap<>();

    Candidate(ServerState state, boolean pre) {
        this.state = state;
        this.pre = pre;
    }

    @Override
    void tick() {
        state.elections.tick();
    }

    @Override
    void onVoteResponse(long from, boolean granted) {
        if (!pre) {
            count(from, granted);
        }
    }

    @Override
    void onPreVoteResponse(long from, boolean granted) {
        if (pre) {
            count(from, granted);
        }
    }

    private void count(long from, boolean granted) {
        votes.putIfAbsent(from, granted);
        switch (state.tracker.configuration().voters().voteResult(votes)) {
            case WON -> {
                if (pre) {
                    state.elections.election(false, "pre-vote-won");
                } else {
                    state.becomeLeader("election-won");
                }
            }
            case LOST -> state.becomeFollower(state.term(), 0, pre ? "pre-vote-lost" : "election-lost");
            case PENDING -> {}
        }
    }

    @Override
    void onAppendEntries(Message.AppendEntries append) {
        yieldTo(append.from()).onAppendEntries(append);
    }

    @Override
    void onHeartbeat(Message.Heartbeat heartbeat) {
        yieldTo(heartbeat.from()).onHeartbeat(heartbeat);
    }

    @Override
    void onInstallSnapshot(Message.InstallSnapshot install) {
        yieldTo(install.from()).onInstallSnapshot(install);
    }

    /** Another one has won this term. */
    private RoleBehaviour yieldTo(long leader) {
        state.becomeFollower(state.term(), leader, "leader-found");
        return state.behaviour();
    }
}
