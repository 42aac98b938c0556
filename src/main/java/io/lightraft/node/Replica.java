package io.lightraft.node;

import io.lightraft.raft.InvariantViolation;
import io.lightraft.raft.Message;
import io.lightraft.raft.Role;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.LogListener;
import io.lightraft.storage.StorageException;
import io.lightraft.transport.Frame;
import io.lightraft.transport.FrameHandler;
import io.lightraft.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A running replica: a {@link ReplicaCore} with its loop, its storage worker and its apply worker. What fails in any of
 * them (not a statement, but the node) stops all of it at once and for good, and says why.
 */
public final class Replica<R> implements Replicator<R>, FrameHandler, LogListener, Snapshots.Owner, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Replica.class);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private final ReplicaConfig config;
    private final UUID incarnation;
    private final DurableLog durableLog;
    private final EventLoop loop;
    private final LoopCalls calls;
    private final ReplicaCore<R> core;
    private final StorageWorker storage;
    private final ApplyWorker<R> apply;
    private final @Nullable Snapshots snapshots;
    private final @Nullable Upkeep upkeep;
    private final Transport transport;
    private final Consumer<Throwable> onFailure;
    private final DiskRoom room;
    private final ReplicaThreads threads;

    private volatile Quarantine quarantine = Quarantine.unkept();
    private volatile @Nullable String failure;
    private volatile long appliedIndex;
    private volatile boolean closed;
    private volatile ReplicaStatus lastStatus;

    /**
     * @param incarnation names this run of the process; random, as it also seeds everything random here
     * @param durableLog closed with this replica
     * @param relay what the log was opened with
     * @param transport not started yet, or started with this replica afterwards; closed with it
     * @param snapshots null for a replica that neither makes nor takes any; closed with it
     * @param onFailure told once, on the failing thread, when the replica stops by itself
     * @throws StateAheadOfLogException when the log does not reach up to what the state machine holds
     */
    public Replica(
            ReplicaConfig config,
            UUID incarnation,
            StateMachine<R> stateMachine,
            DurableLog durableLog,
            LogRelay relay,
            Transport transport,
            @Nullable Snapshots snapshots,
            Consumer<Throwable> onFailure) {
        this.config = config;
        this.incarnation = incarnation;
        this.transport = transport;
        this.onFailure = onFailure;
        this.loop = new EventLoop(config.tickMillis());
        this.calls = new LoopCalls(loop, this::stopReason);
        this.threads = new ReplicaThreads(config.nodeId(), this::fail);
        this.durableLog = durableLog;
        this.room = new DiskRoom(this::shortageChanged);
        stateMachine.onFullDisk(room);
        this.snapshots = snapshots;
        if (snapshots != null) {
            new SnapshotInstaller(snapshots.files(), durableLog).recover(snapshots.state(), stateMachine);
        }
        StateMachine.Applied applied = stateMachine.applied();
        StateAheadOfLogException.check(applied, durableLog);
        appliedIndex = applied.index();
        ReplicaEffects effects = new ReplicaEffects(config.raftId(), transport, snapshots);
        this.core = new ReplicaCore<>(
                config,
                incarnation,
                durableLog,
                applied,
                snapshots == null ? 0 : snapshots.files().leastIndexToVote(),
                effects,
                this::logRole,
                System::currentTimeMillis);
        loop.drive(core);
        Compaction compaction = snapshots == null
                ? null
                : new Compaction(
                        LogRetention.ofEntries(config.logEntries()),
                        snapshots.state(),
                        durableLog.firstIndex() - 1,
                        effects::keptLogIndex,
                        this::compactLog);
        this.apply = new ApplyWorker<>(stateMachine, applied.index(), this::membershipAfter, this::applied, compaction);
        this.storage = new StorageWorker(
                durableLog,
                this::release,
                new StateInstallations(
                        config,
                        durableLog,
                        stateMachine,
                        apply,
                        snapshots,
                        members -> loop.post("members replaced", () -> core.membersReplaced(members))));
        effects.drive(storage, apply);
        this.upkeep = snapshots == null || compaction == null
                ? null
                : new Upkeep(snapshots, compaction, apply, storage, this::fail, this::stopReason);
        this.lastStatus = core.status(null);
        relay.to(this);
        if (snapshots != null) {
            snapshots.start(this);
        }
    }

    public void start() {
        String differences = core.members().differences();
        if (!differences.isEmpty()) {
            // After a change of the members this is as it should be, unless this node listens where nobody looks.
            log.atLevel(core.members().isElsewhereInFile(config.raftId()) ? Level.WARN : Level.INFO)
                    .log(
                            "lightraft.toml describes the first start only; the cluster has changed since, and its"
                                    + " own record counts: {}",
                            differences);
        }
        threads.start("apply", apply);
        threads.start("storage", storage);
        threads.start("raft", loop);
    }

    /** Lets this replica compare its state with that of the others. To be called before {@link #start}. */
    public void compare(StateHashes hashes, Quarantine newQuarantine) {
        quarantine = newQuarantine;
        core.divergence().compare(hashes, newQuarantine);
        hashes.onContent((index, hash) ->
                loop.post(new Told("content", index), () -> core.divergence().content(index, hash)));
    }

    @Override
    public @Nullable String quarantine() {
        return quarantine.reason();
    }

    @Override
    public CompletableFuture<ContentHashes> contentHashes(long index, Duration timeout) {
        return calls.ask("contentHashes", future -> core.awaitContent(index, future, timeout.toMillis()));
    }

    @Override
    public CompletableFuture<R> propose(byte[] command, Duration timeout) {
        return propose(command, false, timeout);
    }

    @Override
    public CompletableFuture<R> proposeRepeatable(byte[] command, Duration timeout) {
        return propose(command, true, timeout);
    }

    private CompletableFuture<R> propose(byte[] command, boolean repeatable, Duration timeout) {
        if (command.length > config.maxCommandBytes()) {
            return CompletableFuture.failedFuture(new ReplicaException.Rejected("the write takes " + command.length
                    + " bytes, more than the limit of " + config.maxCommandBytes() + ". Split it."));
        }
        return calls.ask("propose", future -> core.propose(command, repeatable, future, timeout.toMillis()));
    }

    @Override
    public CompletableFuture<R> proposeOnce(byte[] command, Duration timeout) {
        return calls.ask("propose once", future -> core.proposeOnce(command, future, timeout.toMillis()));
    }

    @Override
    public UUID onceProposer() {
        return ProposalOrigins.onceIncarnation(incarnation);
    }

    @Override
    public CompletableFuture<WriteTurn> takeTurn(UUID proposer, Duration timeout) {
        return calls.ask("take turn", future -> core.takeTurn(proposer, future, timeout.toMillis(), this::giveBack));
    }

    /**
     * On the leader: changes the membership.
     *
     * @return completes when all of it is in force; see {@link MemberChanges#propose} for how it fails
     */
    public CompletableFuture<Void> changeMembers(MemberRequest request, Duration timeout) {
        return calls.ask("change members", future -> core.changeMembers(request, future, timeout.toMillis()));
    }

    /**
     * On the leader: lets another voter lead.
     *
     * @return completes when this node knows the new leader
     */
    public CompletableFuture<Void> transferLeadership(int nodeId, Duration timeout) {
        return transfer(nodeId + 1L, timeout);
    }

    /** Lets the voter lead that is furthest, if this node leads, and waits for it for an election timeout. */
    public void handOver() {
        long patienceMillis = (long) config.electionTimeoutTicks() * config.tickMillis();
        try {
            transfer(0, Duration.ofMillis(patienceMillis)).get(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.debug("leadership was not handed over", e);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<Void> transfer(long to, Duration timeout) {
        return calls.ask("transfer leadership", future -> core.transferLeadership(to, future, timeout.toMillis()));
    }

    private void giveBack(WriteTurn turn) {
        loop.post("turn given back", () -> core.giveBack(turn));
    }

    @Override
    public CompletableFuture<Long> readIndex(Duration timeout) {
        return calls.ask("readIndex", future -> core.readIndex(future, timeout.toMillis()));
    }

    @Override
    public ReplicaStatus status() {
        lastStatus = calls.answer("status", () -> core.status(null), lastStatus.outdated());
        String stopped = failure;
        return stopped == null ? lastStatus : lastStatus.failed(stopped);
    }

    @Override
    public @Nullable Duration leaderContactAge() {
        return calls.answer(
                        "leader contact",
                        () -> Optional.ofNullable(core.leaderContactAge()),
                        Optional.<Duration>empty())
                .orElse(null);
    }

    @Override
    public void received(long from, Frame frame) {
        loop.post(frame, () -> core.received(from, frame));
    }

    @Override
    public void unreachable(long peer) {
        loop.post(new Told("unreachable", peer), () -> core.unreachable(peer));
    }

    @Override
    public void connected(long peer) {
        loop.post(new Told("connected", peer), () -> core.connected(peer));
    }

    @Override
    public void presumedDead(long peer) {
        loop.post(new Told("presumed dead", peer), () -> core.presumedDead(peer));
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public void notAMember(long index) {
        loop.post(new Told("not a member", index), () -> core.notAMember(index));
    }

    private void applied(List<AppliedEntry<R>> entries, List<Message> responses) {
        if (!entries.isEmpty()) {
            appliedIndex = entries.get(entries.size() - 1).index();
        }
        loop.post(new Told("applied", entries.size()), () -> core.applied(entries, responses));
    }

    @Override
    public void entriesLoaded() {
        loop.post("entries loaded", core::entriesLoaded);
    }

    @Override
    public void snapshotWanted() {
        if (snapshots != null) {
            snapshots.wanted();
        }
    }

    @Override
    public void snapshotMade() {
        entriesLoaded();
    }

    @Override
    public void snapshotSent(long to, boolean delivered) {
        loop.post(new Told("snapshot sent", to), () -> core.snapshotSent(to, delivered));
    }

    @Override
    public void stateReplaced(boolean done) {
        loop.post("state replaced: " + done, () -> core.stateReplaced(done));
    }

    @Override
    public void replacementFailed(Throwable fault) {
        fail(fault);
    }

    /** What an operator asks of this node's own data; fails where it keeps none in files. */
    public Upkeep upkeep() {
        if (upkeep == null) {
            throw new ReplicaException.Rejected("this replica keeps no files.");
        }
        return upkeep;
    }

    @Override
    public void failed(StorageException fault) {
        fail(fault);
    }

    @Override
    public boolean awaitRoom(String what, boolean first) {
        return room.awaitRoom(what, first);
    }

    @Override
    public void roomFound() {
        room.roomFound();
    }

    /** There is less room on the disk than is to be kept free, in words; null when there is enough. */
    public void lowOnDisk(@Nullable String shortage) {
        room.low(shortage);
    }

    private void shortageChanged(@Nullable String shortage) {
        loop.post("disk shortage: " + shortage, () -> core.shortage(shortage));
    }

    /** Waits until nothing that was given to this replica is open any more, or for so long. */
    public void drain(Duration patience) {
        CompletableFuture<Void> idle = new CompletableFuture<>();
        loop.post("drain", () -> core.whenIdle(() -> idle.complete(null)), () -> idle.complete(null));
        try {
            idle.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException late) {
            log.warn("some requests were still open when this node had to stop");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops the threads and closes the log and the transport. The state machine is its owner's to close. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        stopLoop();
        threads.join("raft", STOP_PATIENCE);
        transport.close();
        if (snapshots != null) {
            snapshots.close();
        }
        storage.stop();
        apply.stop();
        threads.join("storage", STOP_PATIENCE);
        threads.join("apply", STOP_PATIENCE);
        durableLog.close();
    }

    private void compactLog(long index) {
        storage.add(new StorageWorker.Compact(index));
        if (snapshots != null) {
            snapshots.logBeginsBehind(index);
        }
    }

    private void release(Message response) {
        if (response.to() == config.raftId()) {
            loop.post(response, () -> core.stored(response));
        } else {
            transport.send(response.to(), new Frame.Raft(response));
        }
    }

    private ApplyWorker.After membershipAfter(ConfChange change) throws InterruptedException {
        CompletableFuture<ApplyWorker.After> answer = new CompletableFuture<>();
        loop.post(change, () -> answer.complete(core.applyConfChange(change)), () -> answer.cancel(false));
        try {
            return answer.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void stopLoop() {
        room.close();
        loop.stop(() -> core.stop(stopReason()));
    }

    private String stopReason() {
        return failure == null ? "this node is shutting down" : "this node has stopped: " + failure;
    }

    private void fail(Throwable cause) {
        synchronized (this) {
            if (failure != null || closed) {
                return;
            }
            failure = String.valueOf(cause.getMessage() == null ? cause : cause.getMessage());
        }
        log.error("this node stops: {}", failure, cause);
        if (cause instanceof InvariantViolation && threads.isCurrent("raft")) {
            log.error("the last events of the raft loop: {}; {}", loop.lastEvents(), core.describe());
        }
        stopLoop();
        onFailure.accept(cause);
    }

    private void logRole(Role from, Role to, long term, String reason) {
        if (from == to) {
            return;
        }
        log.info("term={} role={}->{} reason={}", term, from, to, reason);
    }

    /** An event, for the dump of the last ones. */
    private record Told(String what, long number) {}
}
