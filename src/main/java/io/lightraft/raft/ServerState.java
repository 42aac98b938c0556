package io.lightraft.raft;

import io.lightraft.raft.tracker.Progress;
import io.lightraft.raft.tracker.ProgressTracker;

/**
 * The state of one server (Raft, figure 2), and the only ways from one role to another (figure 4):
 *
 * <pre>
 *   FOLLOWER      -> PRE_CANDIDATE, CANDIDATE   no leader was heard of; the leader asked for it
 *   PRE_CANDIDATE -> CANDIDATE                  a majority would vote for it
 *   CANDIDATE     -> LEADER                     a majority voted for it
 *   PRE_CANDIDATE, CANDIDATE -> itself          the election went on for too long
 *   any           -> FOLLOWER                   a higher term, a leader, a lost election, no quorum, removed, disk stall
 * </pre>
 */
final class ServerState {

    final RaftConfig config;
    final RaftLog log;
    final ProgressTracker tracker;
    final ElectionTimer timer;
    final Outbox outbox;
    final Elections elections;
    final Membership membership;

    private final RaftListener listener;
    private long term;
    private long vote;
    private long leaderId;
    private Role role = Role.FOLLOWER;
    private RoleBehaviour behaviour;

    ServerState(RaftConfig config, LogStorage storage, RaftListener listener) {
        this.config = config;
        this.listener = listener;
        log = new RaftLog(storage, config.maxCommittedSizePerReadyBytes(), !config.asyncStorageWrites());
        tracker = new ProgressTracker(config.maxInflightMessages(), config.maxInflightBytes());
        timer = new ElectionTimer(config.electionTimeoutTicks(), config.seed() + config.id());
        outbox = new Outbox(config.id());
        elections = new Elections(this);
        membership = new Membership(this);
        HardState hard = storage.initialHardState();
        term = hard.term();
        vote = hard.vote();
        log.start(hard.commit(), config.appliedIndex());
        behaviour = new Follower(this);
        membership.start(config.confState());
    }

    void becomeFollower(long nextTerm, long leader, String reason) {
        Role from = role;
        boolean changed = from != Role.FOLLOWER || nextTerm != term;
        reset(nextTerm);
        leaderId = leader;
        enter(Role.FOLLOWER, new Follower(this));
        if (changed) {
            listener.roleChanged(from, role, term, reason);
        }
    }

    /** Leaves term, vote and timer as they are: it only asks (thesis §9.6). */
    void becomePreCandidate(String reason) {
        Invariant.check(role != Role.LEADER, "a leader does not become a pre-candidate");
        Role from = role;
        leaderId = 0;
        enter(Role.PRE_CANDIDATE, new Candidate(this, true));
        listener.roleChanged(from, role, term, reason);
    }

    void becomeCandidate(String reason) {
        Invariant.check(role != Role.LEADER, "a leader does not become a candidate");
        Role from = role;
        reset(term + 1);
        vote = config.id();
        enter(Role.CANDIDATE, new Candidate(this, false));
        listener.roleChanged(from, role, term, reason);
    }

    void becomeLeader(String reason) {
        Invariant.check(role == Role.CANDIDATE, "only a candidate becomes the leader, not a ", role);
        Role from = role;
        reset(term);
        leaderId = config.id();
        Leader leader = new Leader(this);
        enter(Role.LEADER, leader);
        listener.roleChanged(from, role, term, reason);
        leader.takeOffice();
    }

    private void enter(Role next, RoleBehaviour nextBehaviour) {
        role = next;
        behaviour = nextBehaviour;
    }

    private void reset(long nextTerm) {
        Invariant.check(nextTerm >= term, "the term went back from ", term, " to ", nextTerm);
        if (nextTerm != term) {
            term = nextTerm;
            vote = 0;
        }
        leaderId = 0;
        timer.restart();
        timer.randomize();
        tracker.reset(config.id(), log.lastIndex());
    }

    /** This term's leader has made itself heard. */
    void follow(long leader) {
        timer.restart();
        leaderId = leader;
    }

    void forgetLeader() {
        leaderId = 0;
    }

    void grantVote(long candidate) {
        Invariant.check(vote == 0 || vote == candidate, "second vote in term ", term, ": ", vote, ", ", candidate);
        timer.restart();
        vote = candidate;
    }

    /** A vote that needs no answer: the election is over. */
    void voteFor(long leader) {
        vote = leader;
    }

    /** The apply worker has reached {@code index}; an older report changes nothing. */
    void appliedTo(long index, long entryBytes, long payloadBytes) {
        log.appliedTo(Math.max(index, log.applied()), entryBytes);
        behaviour.onApplied(payloadBytes);
    }

    /** The snapshot is installed, on disk and in the state machine. */
    void snapshotInstalled(Snapshot snapshot) {
        log.stableSnapshotTo(snapshot.metadata().index());
        appliedTo(snapshot.metadata().index(), 0, 0);
    }

    /** Whether it may campaign: a voter that is not about to be replaced by a snapshot. */
    boolean isPromotable() {
        Progress self = tracker.progress(config.id());
        return self != null && !self.isLearner() && !log.hasPendingSnapshot();
    }

    boolean isLearner() {
        Progress self = tracker.progress(config.id());
        return self != null && self.isLearner();
    }

    HardState hardState() {
        return new HardState(term, vote, log.committed());
    }

    SoftState softState() {
        return new SoftState(leaderId, role);
    }

    long id() {
        return config.id();
    }

    long term() {
        return term;
    }

    long vote() {
        return vote;
    }

    long leaderId() {
        return leaderId;
    }

    Role role() {
        return role;
    }

    RoleBehaviour behaviour() {
        return behaviour;
    }
}
