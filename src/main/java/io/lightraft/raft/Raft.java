package io.lightraft.raft;

import io.lightraft.raft.Message.StorageAppendResponse;
import io.lightraft.raft.Message.StorageApplyResponse;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfStates;
import io.lightraft.raft.tracker.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The consensus core of one node: inputs go in through its methods, effects come out of {@link #ready}. It belongs to
 * one thread, the raft loop, and knows no time but {@link #tick}.
 */
public final class Raft {

    private final ServerState state;
    private final Inbox inbox;
    private final ReadyMaker readyMaker;

    public Raft(RaftConfig config, LogStorage storage, RaftListener listener) {
        state = new ServerState(config, storage, listener);
        inbox = new Inbox(state);
        readyMaker = new ReadyMaker(state);
    }

    /** One unit of time has passed. */
    public void tick() {
        state.log.retry();
        state.behaviour().tick();
    }

    /** Starts an election now, unless this node leads or may not lead. */
    public void campaign() {
        state.elections.campaign("asked");
    }

    /**
     * Takes a message in, from a peer or from one of this node's own workers. Doubled, late and senseless messages do
     * no harm.
     */
    public StepOutcome step(Message message) {
        boolean fromWorker = message.from() == Message.APPEND_THREAD || message.from() == Message.APPLY_THREAD;
        if (isForWorker(message) || (isFromWorker(message) && !fromWorker)) {
            return StepOutcome.REFUSED;
        }
        if (isResponse(message) && state.tracker.progress(message.from()) == null) {
            return StepOutcome.UNKNOWN_PEER;
        }
        return inbox.step(message);
    }

    private static boolean isForWorker(Message message) {
        return message instanceof Message.StorageAppend || message instanceof Message.StorageApply;
    }

    private static boolean isFromWorker(Message message) {
        return message instanceof StorageAppendResponse || message instanceof StorageApplyResponse;
    }

    private static boolean isResponse(Message message) {
        return message instanceof Message.AppendEntriesResponse
                || message instanceof Message.RequestVoteResponse
                || message instanceof Message.RequestPreVoteResponse
                || message instanceof Message.HeartbeatResponse
                || message instanceof Message.ReadIndexResponse;
    }

    /** Proposes commands, at least one, to be appended together or not at all. */
    public ProposeResult propose(List<byte[]> commands) {
        List<Entry> entries = new ArrayList<>(commands.size());
        for (byte[] command : commands) {
            entries.add(Entry.normal(0, 0, command));
        }
        return proposeEntries(entries);
    }

    /** Proposes a change of the membership; it takes effect when it is applied. */
    public ProposeResult proposeConfChange(ConfChange change) {
        return proposeEntries(List.of(new Entry(0, 0, change.entryType(), change.encode())));
    }

    private ProposeResult proposeEntries(List<Entry> entries) {
        Invariant.check(!entries.isEmpty(), "nothing proposed");
        return state.behaviour().propose(state.id(), entries);
    }

    /**
     * To be called for each committed membership change, in order, when the apply worker has reached it, and before
     * that is reported by {@link StorageApplyResponse}.
     *
     * @return the membership from now on
     */
    public ConfState applyConfChange(ConfChange change) {
        return state.membership.apply(change);
    }

    /**
     * Asks for the index to read at; the answer is a {@link ReadState} with the same context. It may get lost: then
     * ask again, with a context that was never used before.
     */
    public void readIndex(String context) {
        state.behaviour().onReadIndex(new Message.ReadIndex(state.id(), state.id(), 0, context));
    }

    /** Wishes {@code to} to lead; the leader gives it up to one election timeout, in which it takes no proposals. */
    public void transferLeadership(long to) {
        state.behaviour().transferLeadership(to);
    }

    /**
     * A leader that can't do its work gives up its office, without waiting for what its peers say. The voter that is
     * furthest is asked to take over at once, where one was heard from lately. Others are not concerned.
     *
     * @param reason for the listener, a word or two in lower case
     */
    public void stepDown(String reason) {
        state.behaviour().stepDown(reason);
    }

    /**
     * To be called every tick where {@code stepDownOnRemoval} is off: a leader that is no voter any more leads on until
     * a voter has taken over, as it may be the only one that knows its removal to be committed. If it just stepped down,
     * and had the better log, the others could be left with a majority that needs its vote.
     */
    public void handOverIfNoVoter() {
        state.behaviour().handOverIfNoVoter();
    }

    /**
     * Whether this leader's own removal stands in its log: where {@code liveAfterChanges} is on, it appends nothing
     * more, and whoever proposes waits for the next leader.
     */
    public boolean isLeaving() {
        return state.behaviour().isLeaving();
    }

    /**
     * Begins a new cluster on a node that has nothing: as if a snapshot had come of which all its members know. To be
     * installed like any other snapshot, by the storage worker.
     *
     * @param beginning the members, and where the log begins
     */
    public void bootstrap(SnapshotMetadata beginning) {
        Invariant.check(
                state.tracker.progress().isEmpty() && lastIndex() == 0, "bootstrap of a node that has something");
        state.becomeFollower(Math.max(state.term(), beginning.term()), 0, "bootstrap");
        state.membership.begin(new Snapshot(beginning, new byte[0]));
    }

    /**
     * Takes {@code leader} for the leader of {@code term} before any message of that term, on a node that has nothing.
     * It counts as having voted for it, as its real vote in this term may be forgotten.
     *
     * @return false when the term is over, or this node knows of another leader or vote in it
     */
    public boolean follow(long term, long leader) {
        Invariant.check(lastIndex() == 0, "only a node without a log can have forgotten its vote");
        boolean free = state.vote() == 0 || state.vote() == leader;
        if (term < state.term() || (term == state.term() && !free)) {
            return false;
        }
        state.becomeFollower(term, leader, "admitted");
        state.voteFor(leader);
        return true;
    }

    /**
     * The disk of {@code id} was emptied: what it acknowledged to this leader no longer counts, and it is sent nothing
     * until it answers again.
     */
    public void forgetProgress(long id) {
        Invariant.check(id != state.id(), "a leader can't forget its own log");
        state.behaviour().forgetProgress(id);
    }

    /** Whether this leader's newest membership change, or one before its office, may not be applied yet. */
    public boolean isConfChangePending() {
        return state.behaviour().isConfChangePending();
    }

    /** While held back, this node starts no election, not even when its leader asks for one. */
    public void holdBack(boolean heldBack) {
        state.elections.holdBack(heldBack);
    }

    /** While paused, no committed entries are handed out to be applied; those that were are not called back. */
    public void pauseApplying(boolean paused) {
        state.log.holdApplying(paused);
    }

    /** Whether entries are on their way through the apply worker. */
    public boolean isApplying() {
        return state.log.isApplying();
    }

    /**
     * Whether a state as of this entry, got elsewhere, may take the place of the own one: the entry is committed and in
     * this node's own durable log, and no later one was handed out to be applied.
     */
    public boolean isAhead(long index, long term) {
        return state.log.isAhead(index, term);
    }

    /** A follower that knows its leader to be dead may vote at once. */
    public void forgetLeader() {
        state.behaviour().forgetLeader();
    }

    /** What was sent to {@code id} lately may be lost. */
    public void reportUnreachable(long id) {
        state.behaviour().reportUnreachable(id);
    }

    /** The snapshot for {@code id} was delivered, or it was not; one of both must be reported for each. */
    public void reportSnapshot(long id, boolean success) {
        state.behaviour().reportSnapshot(id, success);
    }

    /** Entries that the storage did not have in memory may be there now. */
    public void retryUnavailable() {
        state.log.retry();
        state.behaviour().retryUnavailable();
    }

    public boolean hasReady() {
        return readyMaker.hasReady();
    }

    /** What is to be done now; the core takes it for being done from here on. */
    public Ready ready() {
        return readyMaker.next();
    }

    /** All of {@code ready} is done; only without asynchronous storage writes, whose workers answer by messages. */
    public void advance(Ready ready) {
        readyMaker.takeAnswers().forEach(inbox::step);
    }

    public long id() {
        return state.id();
    }

    public Role role() {
        return state.role();
    }

    public long term() {
        return state.term();
    }

    /** 0 while unknown. */
    public long leaderId() {
        return state.leaderId();
    }

    public long commitIndex() {
        return state.log.committed();
    }

    public long appliedIndex() {
        return state.log.applied();
    }

    public long lastIndex() {
        return state.log.lastIndex();
    }

    public long firstIndex() {
        return state.log.firstIndex();
    }

    public boolean leadTransferPending() {
        return state.behaviour().transferee() != 0;
    }

    public RaftStatus status() {
        SortedMap<Long, RaftStatus.Peer> peers = new TreeMap<>();
        if (state.role() == Role.LEADER) {
            state.tracker.progress().forEach((id, peer) -> peers.put(id, describe(peer)));
        }
        return new RaftStatus(
                state.id(),
                state.role(),
                state.isLearner(),
                state.hardState(),
                state.leaderId(),
                state.behaviour().transferee(),
                state.log.applied(),
                state.log.firstIndex(),
                state.log.lastIndex(),
                ConfStates.of(state.tracker.configuration()),
                peers);
    }

    static RaftStatus.Peer describe(Progress peer) {
        return new RaftStatus.Peer(
                peer.matchIndex(),
                peer.nextIndex(),
                peer.state(),
                peer.isLearner(),
                peer.pendingSnapshot(),
                peer.isRecentActive(),
                peer.isPaused(),
                peer.inflightMessages(),
                peer.isInflightFull());
    }

    /** For tests: until the next change of term or role. */
    void setRandomizedElectionTimeout(int ticks) {
        state.timer.randomizedTimeoutTicks(ticks);
    }
}
