package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.DurableLog;
import io.lightraft.transport.SnapshotSender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Makes snapshots of the state and sends them to followers that are behind the log, off the threads that serve. A copy
 * is made when it is needed; it stays for as long as it is the newest or on its way to somebody, so that one can be sent
 * while the next is made. Thread-safe.
 */
public final class Snapshots implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(Snapshots.class);

    /** Within so long after it was made for a follower, a snapshot is on its way there. */
    private static final long PICKUP_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** After a transfer that failed. */
    private static final long REST_MILLIS = 500;

    /** What the replica does of it. Any thread. */
    interface Owner {

        /** There is a snapshot to send now. */
        void snapshotMade();

        /** The end of each {@link #send}. */
        void snapshotSent(long to, boolean delivered);

        /** The end of a {@link #use}. */
        void stateReplaced(boolean done);

        /** The state is half replaced: the node can't go on. */
        void replacementFailed(Throwable fault);
    }

    private record Made(SnapshotMetadata metadata, Path file) {}

    private final SnapshotFiles files;
    private final StateFile state;
    private final DurableLog log;
    private final SnapshotSender sender;
    private final ExecutorService maker;
    private final ExecutorService senders;
    private final Set<Long> copiedTo = ConcurrentHashMap.newKeySet();
    private final Map<Long, String> sendFailures = new ConcurrentHashMap<>();
    private final Map<Made, Integer> underWay = new HashMap<>();
    private @Nullable Made newest;
    private boolean making;
    private long madeAtNanos = System.nanoTime() - PICKUP_NANOS;
    private volatile String lastFailure = "";
    private volatile @Nullable Owner owner;

    /**
     * @param files of this node alone
     * @param sender carries the files; closed by its owner
     */
    public Snapshots(SnapshotFiles files, StateFile state, DurableLog log, SnapshotSender sender, int nodeId) {
        this.files = files;
        this.state = state;
        this.log = log;
        this.sender = sender;
        this.maker = Executors.newSingleThreadExecutor(task -> daemon(task, nodeId, "snapshot"));
        this.senders = Executors.newCachedThreadPool(task -> daemon(task, nodeId, "snapshot-send"));
    }

    private static Thread daemon(Runnable task, int nodeId, String name) {
        Thread thread = new Thread(
                () -> {
                    MDC.put("node", Integer.toString(nodeId));
                    task.run();
                },
                "n" + nodeId + "-" + name);
        thread.setDaemon(true);
        return thread;
    }

    void start(Owner newOwner) {
        owner = newOwner;
    }

    StateFile state() {
        return state;
    }

    SnapshotFiles files() {
        return files;
    }

    /** A follower needs a snapshot, and the log had none that it could go on from. */
    void wanted() {
        synchronized (this) {
            if (making) {
                return;
            }
            making = true;
        }
        submit(maker, () -> {
            boolean made = makeOrSayWhyNot();
            synchronized (this) {
                making = false;
                madeAtNanos = made ? System.nanoTime() : madeAtNanos;
            }
            if (made) {
                tell(Owner::snapshotMade);
            }
        });
    }

    /** Where it failed, the follower's next answer asks for it again; the same reason is told once. */
    private boolean makeOrSayWhyNot() {
        try {
            make();
            lastFailure = "";
            return true;
        } catch (IOException | RuntimeException e) {
            String failure = String.valueOf(e.getMessage());
            if (!failure.equals(lastFailure)) {
                logger.warn("can't make a snapshot, trying again and again: {}", failure);
            }
            lastFailure = failure;
            return false;
        }
    }

    /** Makes one now. */
    CompletableFuture<SnapshotMetadata> take() {
        return beside(this::make);
    }

    private SnapshotMetadata make() throws IOException {
        long start = System.nanoTime();
        Path unfinished = files.unfinished("made");
        StateMachine.Applied applied;
        try {
            applied = state.copyTo(unfinished);
        } catch (IOException e) {
            files.unfinished("made"); // It may have filled the disk.
            throw e;
        }
        SnapshotMetadata metadata = new SnapshotMetadata(applied.confState(), applied.index(), applied.term());
        Made made = new Made(metadata, files.made(metadata));
        files.complete(unfinished, made.file());
        Made before;
        synchronized (this) {
            before = newest;
            newest = made;
        }
        log.setSnapshot(new Snapshot(metadata, new byte[0]));
        if (before != null && !before.equals(made)) {
            deleteIfUnused(before);
        }
        logger.info(
                "made a snapshot of index {} ({} bytes) in {} ms",
                metadata.index(),
                made.file().toFile().length(),
                (System.nanoTime() - start) / 1_000_000);
        return metadata;
    }

    /** Sends the newest one, in the background. */
    void send(Message.InstallSnapshot message) {
        submit(senders, () -> deliver(message));
    }

    private void deliver(Message.InstallSnapshot message) {
        boolean delivered = false;
        Made made = acquire(message.snapshot().metadata().index());
        try {
            if (made != null) {
                sender.send(message.to(), message, made.file());
                delivered = true;
                logger.info(
                        "node {} has the snapshot of index {}",
                        message.to() - 1,
                        made.metadata().index());
            }
            sendFailures.remove(message.to());
        } catch (IOException | RuntimeException e) {
            String failure = String.valueOf(e.getMessage());
            if (!failure.equals(sendFailures.put(message.to(), failure))) {
                logger.warn(
                        "the snapshot for node {} did not arrive, trying again and again: {}",
                        message.to() - 1,
                        failure);
            }
            if (made != null && e instanceof SnapshotSender.UnusableException) {
                // Its pages may have rotted here; another one is made when the follower asks again.
                submit(maker, () -> forget(made));
            }
            rest();
        } finally {
            boolean success = delivered;
            tell(to -> to.snapshotSent(message.to(), success));
            if (made != null) {
                release(made);
            }
        }
    }

    /** A peer that can't take it, as its disk is full, must not keep this node busy. */
    private static void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes a snapshot for a peer whose state is wrong, and sends it; not while one is on its way there. */
    void copyTo(long self, long to, long term, long leastIndex) {
        if (!copiedTo.add(to)) {
            return;
        }
        submit(maker, () -> {
            Made made = makeOrSayWhyNot() ? newest() : null;
            if (made == null || made.metadata().index() < leastIndex) {
                copiedTo.remove(to);
                return;
            }
            submit(senders, () -> {
                try {
                    deliver(new Message.InstallSnapshot(self, to, term, new Snapshot(made.metadata(), new byte[0])));
                } finally {
                    copiedTo.remove(to);
                }
            });
        });
    }

    /** Lets a snapshot that was received take the place of this node's state; those that it made itself are void. */
    void use(SnapshotMetadata metadata, SnapshotInstaller.Replacement replacement) {
        submit(maker, () -> {
            Path received = files.received(metadata.index(), metadata.term());
            try {
                replacement.with(received);
                forgetNewest();
                logger.info("the state of this node is that of the snapshot of index {} now", metadata.index());
                tell(to -> to.stateReplaced(true));
            } catch (IOException | RuntimeException e) {
                tell(to -> to.replacementFailed(e));
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Runs something that must not meet the making or the use of a snapshot. */
    <T> CompletableFuture<T> beside(Callable<T> task) {
        CompletableFuture<T> future = new CompletableFuture<>();
        submit(maker, () -> {
            try {
                future.complete(task.call());
            } catch (Exception e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }

    private void forget(Made made) {
        if (made.equals(newest())) {
            forgetNewest();
        }
    }

    private void forgetNewest() {
        Made wrong;
        synchronized (this) {
            wrong = newest;
            newest = null;
        }
        log.setSnapshot(Snapshot.EMPTY);
        if (wrong != null) {
            deleteIfUnused(wrong);
        }
    }

    private synchronized @Nullable Made newest() {
        return newest;
    }

    /**
     * What follows it must stay in the log: the index of the oldest one that is on its way, or is going to be; 0 while one
     * is made, as a copy begins before its index is known, and {@link Long#MAX_VALUE} when there is none.
     */
    synchronized long oldestUnderWay() {
        if (making) {
            return 0;
        }
        boolean isToBePickedUp = newest != null && System.nanoTime() - madeAtNanos < PICKUP_NANOS;
        return Stream.concat(underWay.keySet().stream(), isToBePickedUp ? Stream.of(newest) : Stream.empty())
                .mapToLong(made -> made.metadata().index())
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** The log was shortened up to this index: it can't go on from a snapshot before that, made or received, any more. */
    void logBeginsBehind(long index) {
        submit(maker, () -> {
            Made made = newest();
            if (made != null && made.metadata().index() < index) {
                forgetNewest();
            }
            try {
                files.deleteReceivedBefore(index);
            } catch (IOException e) {
                logger.warn("can't clear {}: {}", files.directory(), e.getMessage());
            }
        });
    }

    private synchronized @Nullable Made acquire(long index) {
        Made made = newest;
        if (made == null || made.metadata().index() < index) {
            return null;
        }
        if (made.metadata().index() > index) {
            // A newer one was made meanwhile; what the message says must be what the file holds.
            return underWay.keySet().stream()
                    .filter(other -> other.metadata().index() == index)
                    .findFirst()
                    .map(other -> {
                        underWay.merge(other, 1, Integer::sum);
                        return other;
                    })
                    .orElse(null);
        }
        underWay.merge(made, 1, Integer::sum);
        return made;
    }

    private void release(Made made) {
        synchronized (this) {
            underWay.computeIfPresent(made, (key, count) -> count == 1 ? null : count - 1);
        }
        deleteIfUnused(made);
    }

    private void deleteIfUnused(Made made) {
        synchronized (this) {
            if (made.equals(newest) || underWay.containsKey(made)) {
                return;
            }
            try {
                files.delete(made.file());
            } catch (IOException e) {
                logger.warn("can't delete {}: {}", made.file(), e.getMessage());
            }
        }
    }

    private void tell(Consumer<Owner> what) {
        Owner told = owner;
        if (told != null) {
            what.accept(told);
        }
    }

    private static void submit(ExecutorService executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException closing) {
            // The node stops; nobody waits for a snapshot any more.
        }
    }

    @Override
    public void close() {
        List<ExecutorService> all = new ArrayList<>(List.of(maker, senders));
        all.forEach(ExecutorService::shutdownNow);
    }
}
