package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Role;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.DurableLogOptions;
import io.lightraft.storage.LogIdentity;
import io.lightraft.storage.LogListener;
import io.lightraft.storage.SimulatedFiles;
import io.lightraft.storage.StorageException;
import io.lightraft.transport.Frame;
import io.lightraft.transport.FrameHandler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One process: the real core, workers and log, on a disk and a clock of the simulation. What is here before
 * {@link #start} is the machine, which outlives its processes.
 */
final class SimulationNode implements Effects, LogListener, FrameHandler {

    static final int HEARTBEAT_TICKS = 3;
    static final int ELECTION_TIMEOUT_TICKS = 20;

    final long id;
    final SimulationShelf shelf = new SimulationShelf();
    final SimulationState state;
    private final Simulation world;
    private SimulatedFiles files = new SimulatedFiles();
    private boolean blank;
    private final long clockOffset;
    private final double clockSpeed;

    private final Deque<Runnable> events = new ArrayDeque<>();
    private long keptLogIndex;
    private final List<StorageWorker.Task> appends = new ArrayList<>();
    private final List<Message.StorageApply> applies = new ArrayList<>();
    private final Deque<Runnable> maintenance = new ArrayDeque<>();
    private @Nullable ReplicaCore<String> core;
    private @Nullable DurableLog log;
    private @Nullable StorageWorker storage;
    private @Nullable ApplyWorker<String> apply;
    private @Nullable SimulationPromises promises;
    private @Nullable SimulationSnapshots snapshots;
    private @Nullable SimulationFrames frames;
    private @Nullable UUID incarnation;
    private boolean fsyncFails;
    private long wallJump;
    private long pausedUntil;
    private long stalledUntil;
    private @Nullable SimulationPromises lastPromises;

    SimulationNode(long id, Simulation world, boolean skewed) {
        this.id = id;
        this.world = world;
        this.state = new SimulationState(id, world.startMembership, shelf, world.invariants);
        this.clockOffset = world.random.nextInt(1_000_000);
        this.clockSpeed = skewed ? 0.6 + 0.4 * world.random.nextDouble() : 1;
    }

    boolean isUp() {
        return core != null;
    }

    ReplicaCore<String> core() {
        return Objects.requireNonNull(core);
    }

    ReplicaStatus status() {
        return core().status(null);
    }

    long clock() {
        return clockOffset + world.now();
    }

    void start() {
        files.heal();
        DurableLogOptions options = DurableLogOptions.DEFAULTS.withSegmentBytes(8192);
        if (world.plan.smallCache()) {
            options = options.withCacheBytes(600).withReadAheadBytes(600).withLoadBytes(300);
        }
        DurableLog opened = open(options);
        if (!blank && opened.lastIndex() == 0) {
            Begun.log(opened).close();
            opened = open(options);
        }
        log = opened;
        shelf.open();
        snapshots = new SimulationSnapshots(this, world, opened);
        frames = new SimulationFrames(world.plan, world.random, opened);
        SnapshotInstaller installer = new SnapshotInstaller(shelf, opened);
        installer.recover(state, state);
        StateMachine.Applied applied = state.applied();
        world.invariants.stands(id, applied);
        StateAheadOfLogException.check(applied, opened);
        promises = new SimulationPromises(id, world.invariants, opened, lastPromises);
        keptLogIndex = Long.MAX_VALUE;
        storage = new StorageWorker(opened, this::release, new SimulationInstallations(this, world, installer, opened));
        incarnation = new UUID(world.nextRun(), world.random.nextLong());
        core = new ReplicaCore<>(
                world.config(id),
                incarnation,
                opened,
                applied,
                shelf.leastIndexToVote(),
                this,
                this::roleChanged,
                () -> 1_700_000_000_000L + world.now() + clockOffset + wallJump);
        apply = new ApplyWorker<>(
                state,
                applied.index(),
                change -> core().applyConfChange(change),
                (done, answers) -> core().applied(done, answers),
                world.plan.retainedEntries() == 0 ? null : compaction(opened));
        core.now(clock());
    }

    private DurableLog open(DurableLogOptions options) {
        return DurableLog.open(files, new LogIdentity("simulated", Long.toString(id)), options, this, maintenance::add);
    }

    private Compaction compaction(DurableLog opened) {
        return new Compaction(
                LogRetention.ofEntries(world.plan.retainedEntries()),
                state,
                opened.firstIndex() - 1,
                () -> Math.min(keptLogIndex, snapshots().oldestUnderWay()),
                index -> appends.add(new StorageWorker.Compact(index)));
    }

    /** The machine gets a new disk; its process is down. */
    void empty() {
        blank = true;
        files = new SimulatedFiles();
        shelf.empty();
        state.empty();
        lastPromises = null;
    }

    /** Whether it votes, and has all that it may have promised before its disk was emptied. */
    boolean isWholeVoter() {
        StateMachine.Applied applied = state.applied();
        return applied.index() >= Math.max(Joining.FIRST_INDEX, shelf.leastIndexToVote())
                && applied.confState().voters().contains(id)
                && !status().role().equals("BLANK");
    }

    /** Whether it has nothing to show for the cluster yet but its beginning. */
    boolean hasOnlyTheBeginning() {
        return state.applied().index() <= Joining.FIRST_INDEX;
    }

    /** An installation is to be interrupted by the death of the process. */
    void dieInstalling() {
        shelf.dieAfter(world.random.nextInt(3), world.random.nextBoolean());
        if (world.random.nextInt(3) == 0) {
            files.failAfter(world.random.nextInt(3), "the process dies");
        }
    }

    /** What was handed out is applied. */
    void applyAll() {
        while (!applies.isEmpty()) {
            applySome();
        }
    }

    /** The process dies, in the middle of a write perhaps; with the power goes what was not synced. */
    void crash(boolean powerLoss) {
        Random random = new Random(world.random.nextLong());
        if (random.nextBoolean() && !appends.isEmpty()) {
            files.failAfter(random.nextInt(4), "the process dies");
            write(appends.size());
        }
        down();
        if (powerLoss) {
            files.crash(random);
            state.losePower(random.nextInt(1000));
        }
    }

    private void down() {
        lastPromises = promises;
        core = null;
        events.clear();
        appends.clear();
        applies.clear();
        maintenance.clear();
        pausedUntil = 0;
        stalledUntil = 0;
        fsyncFails = false;
    }

    /** Said to whoever waits that this node stops, as on SIGTERM. */
    void stopPolitely() {
        core().stop("this node is shutting down");
        crash(false);
    }

    void failNextFsync() {
        fsyncFails = true;
    }

    void pause(int millis) {
        pausedUntil = world.now() + millis;
    }

    void stall(int millis) {
        stalledUntil = world.now() + millis;
    }

    void jumpWallClock(long millis) {
        wallJump += millis;
    }

    /** No more faults. */
    void heal() {
        pausedUntil = 0;
        stalledUntil = 0;
        fsyncFails = false;
        files.heal();
    }

    boolean isPaused() {
        return world.now() < pausedUntil;
    }

    void post(Runnable event) {
        events.add(event);
    }

    /** One millisecond: what came in, what the workers did meanwhile, then a turn of the loop. */
    void step() {
        if (core == null || isPaused()) {
            return;
        }
        core.now(clock());
        promises().beginTurn();
        boolean diskFirst = world.random.nextBoolean();
        if (diskFirst && !work()) {
            return;
        }
        for (SimulationNetwork.Flight flight : world.network.arrived(world.now(), id)) {
            world.trace(flight.from(), id, flight.frame());
            promises().received(flight.frame());
            core.received(flight.from(), flight.frame());
        }
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
            event.run();
        }
        if (!diskFirst && !work()) {
            return;
        }
        core.turn(clock(), world.random.nextDouble() < clockSpeed);
        promises().endTurn();
    }

    /** Whether the node goes on. */
    private boolean work() {
        while (!maintenance.isEmpty() && world.random.nextInt(3) > 0) {
            maintenance.poll().run();
        }
        if (!appends.isEmpty() && world.now() >= stalledUntil && world.random.nextDouble() < world.plan.diskSpeed()) {
            if (fsyncFails) {
                files.failSyncs();
            }
            if (!write(1 + world.random.nextInt(appends.size()))) {
                world.crashed(this, true);
                return false;
            }
        }
        if (!applies.isEmpty() && world.random.nextInt(3) > 0) {
            applySome();
        }
        return true;
    }

    private void applySome() {
        List<Message.StorageApply> taken = applies.subList(0, 1 + world.random.nextInt(applies.size()));
        List<Message.StorageApply> batch = List.copyOf(taken);
        taken.clear();
        try {
            applyWorker()
                    .work(batch.stream()
                            .<ApplyWorker.Task>map(ApplyWorker.Apply::new)
                            .toList());
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** False when the disk failed. */
    private boolean write(int count) {
        List<StorageWorker.Task> taken = appends.subList(0, count);
        List<StorageWorker.Task> batch = List.copyOf(taken);
        taken.clear();
        try {
            Objects.requireNonNull(storage).work(batch);
            return true;
        } catch (StorageException | SimulationShelf.Death failed) {
            appends.clear();
            return false;
        } catch (InterruptedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void release(Message response) {
        promises().released(response);
        if (response.to() == id) {
            events.add(() -> core().stored(response));
        } else {
            world.network.send(world.now(), id, response.to(), new Frame.Raft(response));
        }
    }

    private void roleChanged(Role from, Role to, long term, String reason) {
        world.traceRole(id, to.name(), term);
        if (to == Role.LEADER) {
            world.invariants.leads(id, term);
            promises().leads(term);
        }
    }

    @Override
    public void send(long to, Frame frame) {
        for (Frame one : Objects.requireNonNull(frames).of(frame)) {
            world.network.send(world.now(), id, to, one);
            world.trouble.sent(id, one);
        }
    }

    @Override
    public void store(Message.StorageAppend append) {
        promises().handedOut(append);
        appends.add(new StorageWorker.Append(append));
    }

    @Override
    public void apply(Message.StorageApply work) {
        applies.add(work);
        world.changes.committed(this, work.entries());
    }

    @Override
    public void entriesLoaded() {
        events.add(() -> core().entriesLoaded());
    }

    @Override
    public void keepAdmission(long leastIndexToVote) {
        appends.add(new StorageWorker.KeepAdmission(leastIndexToVote));
    }

    @Override
    public void snapshotWanted() {
        snapshots().wanted();
    }

    @Override
    public void keepLogBehind(long index) {
        keptLogIndex = index;
    }

    @Override
    public void sendSnapshot(Message.InstallSnapshot message) {
        snapshots().send(message);
    }

    /** From a leader; false when it was refused. */
    boolean takeSnapshot(Message.InstallSnapshot message, SimulationState.Version content) {
        return snapshots().take(message, content);
    }

    /** Runs on the loop after a while, if this process is still there. */
    void later(int millis, Runnable action) {
        ReplicaCore<String> process = core();
        world.later(millis, () -> postTo(process, action));
    }

    /** Unless another process has taken its place. */
    void postTo(ReplicaCore<String> process, Runnable action) {
        if (core == process) {
            post(action);
        }
    }

    void postTo(UUID proposer, Runnable action) {
        if (isUp() && onceProposer().equals(proposer)) {
            post(action);
        }
    }

    UUID onceProposer() {
        return ProposalOrigins.onceIncarnation(Objects.requireNonNull(incarnation));
    }

    @Override
    public void received(long from, Frame frame) {
        post(() -> {
            promises().received(frame);
            core().received(from, frame);
        });
    }

    @Override
    public void unreachable(long peer) {}

    @Override
    public void connected(long peer) {}

    @Override
    public void presumedDead(long peer) {}

    @Override
    public void failed(StorageException fault) {
        throw fault;
    }

    private SimulationPromises promises() {
        return Objects.requireNonNull(promises);
    }

    private SimulationSnapshots snapshots() {
        return Objects.requireNonNull(snapshots);
    }

    ApplyWorker<String> applyWorker() {
        return Objects.requireNonNull(apply);
    }
}
