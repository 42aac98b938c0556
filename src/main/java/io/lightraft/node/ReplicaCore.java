package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.LogStorage;
import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import io.lightraft.raft.RaftListener;
import io.lightraft.raft.ReadState;
import io.lightraft.raft.Ready;
import io.lightraft.raft.Role;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.transport.Frame;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One replica without its threads: the consensus core with what this node proposes, accepts as a leader, and reads.
 * Deterministic: time, randomness and the wall clock are handed in. All methods are called on the raft loop; events
 * first, then {@link #turn}.
 */
final class ReplicaCore<R> {

    private static final int RESEND_TICKS = 10;
    private static final int EXPIRE_TICKS = 2;
    private static final int COMPARE_MILLIS = 1000;

    /** For so long a removed node keeps its streams. */
    private static final int REMOVED_ELECTION_TIMEOUTS = 10;

    private final ReplicaConfig config;
    private final Effects effects;
    private final Raft raft;
    private final Proposals<R> proposals;
    private final ReadRounds reads;
    private final PeerContacts contacts = new PeerContacts();
    private final Members members;
    private final PeerStreams streams;
    private final Outsiders outsiders;
    private final StatusView view;
    private final MemberChanges memberChanges;
    private final Handover handover;
    private final Joining joining;
    private final Admissions admissions;
    private final DivergenceWatch divergence;
    private final Fitness fitness;
    private final Healing healing;
    private final SnapshotArrivals arrivals;
    private final Rebuilds rebuilds;
    private final Freshness freshness;

    private long nowMillis;
    private long tickCount;
    private Succession succession = Succession.NONE;
    private long knownTerm;
    private long knownLeader;
    private @Nullable Runnable idleCallback;

    ReplicaCore(
            ReplicaConfig config,
            UUID incarnation,
            LogStorage log,
            StateMachine.Applied state,
            long leastIndexToVote,
            Effects effects,
            RaftListener listener,
            LongSupplier wallClockMillis) {
        this.config = config;
        this.effects = effects;
        StateMachine.Applied applied =
                Joining.isBlank(log.lastIndex(), state) ? new StateMachine.Applied(0, 0, ConfState.EMPTY) : state;
        SplittableRandom random =
                new SplittableRandom(incarnation.getMostSignificantBits() ^ incarnation.getLeastSignificantBits());
        this.raft = new Raft(config.ofCore(applied, random.nextLong()), log, listener);
        this.members = new Members(
                config.members(), applied.members(), REMOVED_ELECTION_TIMEOUTS * config.electionTimeoutTicks());
        this.joining = new Joining(raft, config, incarnation, log.initialHardState(), leastIndexToVote, effects);
        this.admissions = new Admissions(raft, effects, this::isReady);
        this.outsiders = new Outsiders(raft, effects);
        this.view = new StatusView(config, raft, members, outsiders, contacts, joining::situation);
        this.memberChanges = new MemberChanges(raft, members, this::isReady);
        this.handover = new Handover(raft, contacts::isConnected);
        this.divergence =
                new DivergenceWatch(config.raftId(), () -> raft.status().confState(), this::sendToOthers);
        this.fitness = new Fitness(raft, config, divergence::quarantine);
        this.healing = new Healing(raft, divergence::quarantine, effects, config.tickMillis());
        this.arrivals = new SnapshotArrivals(raft);
        this.rebuilds = new Rebuilds(raft, config, effects);
        this.proposals = new Proposals<>(
                config,
                incarnation,
                raft,
                applied.index(),
                effects,
                new CommandAppender(raft, fitness, wallClockMillis, random, config.commandFormat()),
                view::whyNoLeader,
                outsiders::isKnownOutside);
        this.reads = new ReadRounds(
                incarnation, 2 * config.heartbeatTicks(), applied.index(), raft::readIndex, view::whyNoLeader);
        this.freshness = new Freshness(
                (long) config.electionTimeoutTicks() * config.tickMillis(),
                proof -> reads.await(proof, ReadRounds.NO_DEADLINE));
        this.streams = new PeerStreams(members, effects, this::unreachable);
        raft.holdBack(!joining.mayVote());
    }

    void propose(byte[] command, CompletableFuture<R> future, long timeoutMillis) {
        propose(command, false, future, timeoutMillis);
    }

    /** @param repeatable applied a second time it does nothing and gives the first result */
    void propose(byte[] command, boolean repeatable, CompletableFuture<R> future, long timeoutMillis) {
        proposals.propose(new Pending<>(command, repeatable, future, nowMillis + timeoutMillis));
    }

    /** Never proposed again by itself: a command that is void once anything came between. */
    void proposeOnce(byte[] command, CompletableFuture<R> future, long timeoutMillis) {
        proposals.proposeOnce(new Pending<>(command, false, future, nowMillis + timeoutMillis));
    }

    /** @param giveBack calls {@link #giveBack} on the loop */
    void takeTurn(
            UUID proposer, CompletableFuture<WriteTurn> granted, long timeoutMillis, Consumer<WriteTurn> giveBack) {
        proposals.requestTurn(new WriteTurn(proposer, nowMillis + timeoutMillis, granted, giveBack));
    }

    void giveBack(WriteTurn turn) {
        proposals.giveBack(turn);
    }

    /** See {@link MemberChanges#propose}. */
    void changeMembers(MemberRequest request, CompletableFuture<Void> future, long timeoutMillis) {
        memberChanges.propose(request, future, nowMillis + timeoutMillis);
    }

    /** See {@link Handover#begin}. */
    void transferLeadership(long to, CompletableFuture<Void> future, long timeoutMillis) {
        handover.begin(to, future, nowMillis + timeoutMillis);
    }

    DivergenceWatch divergence() {
        return divergence;
    }

    void awaitContent(long index, CompletableFuture<ContentHashes> future, long timeoutMillis) {
        divergence.awaitContent(index, future, nowMillis + timeoutMillis);
    }

    void readIndex(CompletableFuture<Long> future, long timeoutMillis) {
        reads.await(future, nowMillis + timeoutMillis);
    }

    void received(long from, Frame frame) {
        if (contacts.isDead(from)) {
            // Of another lane, read late: it would bring the forgotten leader back for a whole election timeout.
            return;
        }
        if (from == raft.leaderId()) {
            contacts.heardOfLeader(nowMillis);
        }
        if (frame instanceof Frame.Raft carried) {
            // A stream was opened by one node; what comes down it speaks for that node only.
            boolean genuine =
                    carried.message().from() == from && carried.message().to() == raft.id();
            if (genuine
                    && !joining.ignores(carried.message())
                    && !admissions.ignores(from)
                    && !fitness.ignores(carried.message())) {
                if (carried.message() instanceof Message.RequestPreVote request
                        && request.lastLogIndex() >= raft.lastIndex()) {
                    succession.giveWay();
                }
                if (carried.message() instanceof Message.InstallSnapshot install) {
                    healing.arrived(install);
                    arrivals.arrived(install);
                } else if (!arrivals.ignores(carried.message())) {
                    raft.step(carried.message());
                    outsiders.received(from, carried.message());
                }
            }
        } else if (frame instanceof Frame.Proposals given) {
            proposals.received(from, given);
        } else if (frame instanceof Frame.NotMember told) {
            outsiders.told(told.index());
        } else if (frame instanceof Frame.Verdicts verdicts) {
            proposals.received(verdicts);
        } else if (frame instanceof Frame.Hash hash) {
            divergence.received(from, hash, from == raft.leaderId());
        } else if (frame instanceof Frame.StateWanted wanted) {
            healing.wanted(from, wanted.leastIndex());
        } else if (frame instanceof Frame.Presence presence) {
            joining.received(from, presence);
        } else if (frame instanceof Frame.Join join) {
            admissions.received(from, join);
        } else if (frame instanceof Frame.Admission admission) {
            joining.received(from, admission);
        }
    }

    /** An acknowledgement of the storage worker. */
    void stored(Message response) {
        fitness.answered();
        raft.step(response);
        if (response instanceof Message.StorageAppendResponse stored
                && !stored.snapshot().isEmpty()) {
            proposals.snapshotInstalled();
            divergence.rebuilt();
            reads.applied(stored.snapshot().metadata().index());
            joining.stored(stored.snapshot().metadata());
        }
    }

    /** The fate of an {@link Effects#replaceState}. */
    void stateReplaced(boolean done) {
        if (done) {
            proposals.snapshotInstalled();
            divergence.rebuilt();
        }
        healing.replaced(done);
    }

    void applied(List<AppliedEntry<R>> entries, List<Message> responses) {
        responses.forEach(raft::step);
        for (AppliedEntry<R> entry : entries) {
            proposals.applied(entry);
            reads.applied(entry.index());
            divergence.applied(entry.index());
            memberChanges.applied(entry.index(), entry.term());
            admissions.applied(entry.index(), entry.term());
        }
    }

    /** The apply worker has reached a membership change. */
    ApplyWorker.After applyConfChange(ConfChange change) {
        ConfState after = raft.applyConfChange(change);
        members.changed(change, after);
        streams.follow();
        return new ApplyWorker.After(after, members.list());
    }

    /** The state is that of a snapshot now. */
    void membersReplaced(List<Member> replicated) {
        members.replaced(replicated);
        streams.follow();
    }

    Members members() {
        return members;
    }

    /** See {@link Outsiders#told}. */
    void notAMember(long index) {
        outsiders.told(index);
    }

    void entriesLoaded() {
        raft.retryUnavailable();
    }

    /** The fate of an {@link Effects#sendSnapshot}. */
    void snapshotSent(long to, boolean delivered) {
        raft.reportSnapshot(to, delivered);
    }

    /** What is short on this node's disk, in words; null when nothing is. */
    void shortage(@Nullable String shortage) {
        fitness.shortage(shortage);
    }

    void unreachable(long peer) {
        contacts.lost(peer);
        joining.lost(peer);
        raft.reportUnreachable(peer);
    }

    void connected(long peer) {
        contacts.connected(peer);
        joining.connected(peer);
        if (peer == raft.leaderId()) {
            proposals.resend();
            reads.askAnew();
        }
    }

    /**
     * The peer's process is gone. A follower of it need not wait for the election timeout. All followers see it at
     * about the same moment, so they take turns, that they may not split the vote.
     */
    void presumedDead(long peer) {
        contacts.died(peer);
        joining.lost(peer);
        if (raft.role() == Role.FOLLOWER && raft.leaderId() == peer) {
            raft.forgetLeader();
            succession = new Succession(raft.term(), turnOfSuccession(), config.heartbeatTicks());
        }
    }

    /** How many of those that can be reached go first: those of lower ids. */
    private int turnOfSuccession() {
        return (int) raft.status().confState().voters().stream()
                .filter(id -> id < raft.id() && contacts.isConnected(id))
                .count();
    }

    /** Ends a turn of the loop: at most one tick, then everything that follows from the events. */
    void turn(long now, boolean tick) {
        now(now);
        if (tick) {
            tick();
        }
        arrivals.look();
        noteLeader();
        handover.look(nowMillis);
        healing.look();
        proposals.flush();
        reads.flush();
        if (raft.hasReady()) {
            handOut(raft.ready());
            noteLeader();
        }
        if (idleCallback != null && proposals.isIdle() && reads.isIdle()) {
            idleCallback.run();
            idleCallback = null;
        }
    }

    boolean hasReady() {
        return raft.hasReady();
    }

    /** To be called before the events that follow. */
    void now(long millis) {
        freshness.passed(nowMillis, millis);
        nowMillis = millis;
        proposals.now(millis);
    }

    /** Calls back once nobody waits for this replica's answer any more. */
    void whenIdle(Runnable callback) {
        idleCallback = callback;
    }

    void stop(String reason) {
        proposals.stop(reason);
        reads.stop(reason);
        divergence.stop(reason);
        memberChanges.stop(reason);
        handover.stop(reason);
    }

    /** Null when it never heard of one. */
    @Nullable
    Duration leaderContactAge() {
        Long doubted = freshness.doubtedSinceMillis();
        if (doubted != null) {
            return Duration.ofMillis(nowMillis - doubted);
        }
        return raft.role() == Role.LEADER ? Duration.ZERO : contacts.leaderAge(nowMillis);
    }

    ReplicaStatus status(@Nullable String failure) {
        return view.status(isReady() && !fitness.isUnfit(), failure, fitness.impediment());
    }

    private boolean isReady() {
        return freshness.isProven();
    }

    private void tick() {
        tickCount++;
        fitness.tick();
        streams.tick();
        outsiders.tick(joining.mayVote());
        raft.holdBack(fitness.isUnfit() || outsiders.isHeldBack() || !joining.mayVote());
        healing.tick();
        joining.tick();
        admissions.tick();
        rebuilds.tick();
        raft.tick();
        raft.handOverIfNoVoter();
        reads.tick();
        memberChanges.tick(nowMillis, tickCount % RESEND_TICKS == 0);
        if (tickCount % RESEND_TICKS == 0) {
            proposals.resendIfStuck();
        }
        if (tickCount % EXPIRE_TICKS == 0) {
            proposals.expire();
            reads.expire(nowMillis);
            divergence.expire(nowMillis);
        }
        if (tickCount % Math.max(1, COMPARE_MILLIS / config.tickMillis()) == 0 && raft.role() == Role.LEADER) {
            divergence.openRound(raft.appliedIndex());
        }
        if (raft.leaderId() == 0 && succession.isTurn(raft.term())) {
            raft.campaign();
        }
    }

    private void noteLeader() {
        if (raft.term() == knownTerm && raft.leaderId() == knownLeader) {
            return;
        }
        knownTerm = raft.term();
        knownLeader = raft.leaderId();
        proposals.leaderIs(knownTerm, knownLeader);
        reads.askAnew();
        freshness.leaderChanged(knownLeader != 0);
        if (knownLeader != 0) {
            contacts.heardOfLeader(nowMillis);
        }
    }

    private void handOut(Ready output) {
        for (ReadState state : output.readStates()) {
            reads.confirmed(state.context(), state.index());
        }
        for (Message message : output.messages()) {
            if (message instanceof Message.StorageAppend append) {
                fitness.handedOut(append);
                effects.store(append);
            } else if (message instanceof Message.StorageApply apply) {
                effects.apply(apply);
            } else if (message instanceof Message.InstallSnapshot install) {
                rebuilds.send(install);
            } else {
                effects.send(message.to(), new Frame.Raft(message));
            }
        }
    }

    private void sendToOthers(Frame frame) {
        ConfState members = raft.status().confState();
        Stream.concat(members.voters().stream(), members.learners().stream())
                .filter(id -> id != config.raftId())
                .forEach(id -> effects.send(id, frame));
    }

    /** What the last-resort dump of a failed node shows first. */
    String describe() {
        return view.describe();
    }
}
