package io.lightraft.storage;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.LogStorage;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The log of one node: entries and hard state in segment files, made durable in batches of one write and one fsync.
 *
 * <p>{@link #append}, {@link #installSnapshot}, {@link #compactTo} and {@link #sync} belong to the storage thread,
 * {@link LogStorage} to the raft loop. What is appended is visible to readers at once, before it is durable: the core
 * holds such entries itself until it hears the acknowledgement, and reads the same ones here or there. A third thread,
 * the log's own, loads entries that fell out of memory, allocates the next segment and deletes old ones.
 *
 * <p>None of these threads may be interrupted while it is in here: the JDK closes a file under an interrupted thread.
 */
public final class DurableLog implements LogStorage, AutoCloseable {

    private static final int MAX_ENTRY_BYTES = 1 << 30;

    private final DurableLogOptions options;
    private final SegmentStore store;
    private final LogMemory memory;
    private final SegmentWriter writer;
    private final EntryLoader loader;
    private final Executor maintenance;
    private final LogListener listener;
    private final HardState initialHardState;
    private final Batch batch = new Batch();

    /** What is on disk, and what will be after the batch. */
    private DurableState durable;

    private HardState hardState;
    private LogPoint compacted;
    private long lastIndex;
    private long lastTerm;
    private boolean deletionDue;

    /** Why nothing can be written any more. */
    private volatile @Nullable StorageFailedException failure;

    private DurableLog(
            SegmentStore store,
            LogRecovery.Recovered recovered,
            DurableLogOptions options,
            LogListener listener,
            Executor maintenance) {
        this.options = options;
        this.store = store;
        this.memory = recovered.memory();
        this.writer = recovered.writer();
        this.maintenance = maintenance;
        this.listener = listener;
        this.loader = new EntryLoader(memory, store, options.loadBytes(), maintenance, listener);
        this.durable = recovered.state();
        this.initialHardState = durable.hardState();
        this.hardState = durable.hardState();
        this.compacted = durable.compacted();
        this.lastIndex = durable.last().index();
        this.lastTerm = durable.last().term();
    }

    /**
     * Opens the log in {@code directory}, or creates it. Reads all of it, and cuts off a torn batch at its end.
     *
     * @throws StorageInUseException when the directory is locked
     * @throws ForeignStorageException when it holds the log of another node or cluster
     * @throws StorageFormatException when a newer version has written it
     * @throws StorageDamagedException when something is missing or altered that may have been acknowledged
     * @throws StorageFailedException when the disk is full or does not work
     */
    public static DurableLog open(
            Path directory, LogIdentity identity, DurableLogOptions options, LogListener listener) {
        ThreadPoolExecutor maintenance = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "log-" + identity.nodeId());
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        maintenance.allowCoreThreadTimeOut(true);
        return open(DiskFiles.open(directory), identity, options, listener, maintenance);
    }

    /** The same for a command that has one thread: what is not in memory is loaded while it waits. */
    public static DurableLog openOffline(Path directory, LogIdentity identity, LogListener listener) {
        return open(DiskFiles.open(directory), identity, DurableLogOptions.DEFAULTS, listener, Runnable::run);
    }

    /**
     * The same on another file system, which the log closes in the end.
     *
     * @param maintenance where loads, preparations and deletions run, one at a time; shut down by {@link #close} when
     *     it is an {@link ExecutorService}
     */
    public static DurableLog open(
            LogFiles files,
            LogIdentity identity,
            DurableLogOptions options,
            LogListener listener,
            Executor maintenance) {
        SegmentStore store = new SegmentStore(files, options.segmentBytes());
        boolean opened = false;
        try {
            LogRecovery.Recovered recovered = new LogRecovery(store, identity, options).run();
            DurableLog log = new DurableLog(store, recovered, options, listener, maintenance);
            opened = true;
            return log;
        } catch (IOException e) {
            throw StorageFailedException.of("can't open the log in " + files.describe(""), e);
        } finally {
            if (!opened) {
                closeQuietly(store);
            }
        }
    }

    /**
     * Adds to the batch that the next {@link #sync} makes durable. Entries from the first one's index on supersede
     * what the log holds there.
     *
     * @param hardStateOrEmpty {@link HardState#EMPTY} when it has not changed
     * @throws IllegalArgumentException when the entries leave a gap or overwrite what was compacted; nothing has
     *     changed then
     * @throws StorageFailedException as {@link #sync}; a batch that grows too large is written in parts
     */
    public void append(HardState hardStateOrEmpty, List<Entry> entries) {
        requireAlive();
        if (!entries.isEmpty()) {
            memory.requireFits(entries);
        }
        long bytes = 0;
        for (Entry entry : entries) {
            if (entry.data().length > MAX_ENTRY_BYTES) {
                throw new IllegalArgumentException("entry " + entry.index() + " is too long: " + entry);
            }
            bytes += entry.data().length;
        }
        if (!batch.isEmpty() && batch.frameBytes() + bytes > options.batchBytes()) {
            // Before memory changes: what these entries supersede may be in the batch.
            flush();
        }
        if (!hardStateOrEmpty.isEmpty()) {
            hardState = hardStateOrEmpty;
            batch.hardState(hardState);
        }
        if (entries.isEmpty()) {
            return;
        }
        memory.append(entries);
        for (Entry entry : entries) {
            if (!batch.isEmpty() && batch.frameBytes() + (long) entry.data().length > options.batchBytes()) {
                flush();
            }
            batch.entry(entry);
            lastIndex = entry.index();
            lastTerm = entry.term();
        }
    }

    /**
     * Makes all that was appended since the last call durable: one write and one fsync.
     *
     * <p>With a full disk it waits as long as {@link LogListener#awaitRoom} wants to.
     *
     * @throws StorageFailedException when that failed. It is not retried: what is on disk is unknown until the log is
     *     opened again, and until then nothing more can be appended
     */
    public void sync() {
        requireAlive();
        if (!batch.isEmpty()) {
            flush();
            maintain();
        }
    }

    private void flush() {
        boolean done = false;
        try {
            long location = write();
            if (batch.firstIndex() != 0) {
                memory.written(batch.firstIndex(), batch.lastIndex(), location);
            }
            durable = new DurableState(hardState, compacted, new LogPoint(lastIndex, lastTerm));
            batch.clear();
            done = true;
        } catch (IOException e) {
            StorageFailedException reason = StorageFailedException.of("can't write the log in " + directory(), e);
            failure = reason;
            throw reason;
        } finally {
            if (!done && failure == null) {
                failure = new StorageFailedException("writing the log in " + directory() + " failed", null);
            }
        }
    }

    private long write() throws IOException {
        boolean waited = false;
        while (true) {
            try {
                long location = writer.write(batch, durable);
                if (waited) {
                    listener.roomFound();
                }
                return location;
            } catch (NoRoomException full) {
                if (!listener.awaitRoom("no room for the next segment of the log in " + directory(), !waited)) {
                    throw full;
                }
                waited = true;
            }
        }
    }

    /**
     * The log restarts after the snapshot, and the hard state's term is the snapshot's at least. Part of the batch, like
     * {@link #append}.
     */
    public void installSnapshot(SnapshotMetadata metadata) {
        requireAlive();
        compacted = new LogPoint(metadata.index(), metadata.term());
        lastIndex = compacted.index();
        lastTerm = compacted.term();
        if (hardState.term() < lastTerm) {
            // Else a crash right behind it would leave a node that knows a lower term than its own log.
            hardState = new HardState(lastTerm, 0, hardState.commit());
            batch.hardState(hardState);
        }
        batch.restart(compacted);
        memory.restart(compacted);
        deletionDue = true;
    }

    /**
     * Entries up to {@code index} are gone for readers at once. Part of the batch, like {@link #append}; the files
     * that only they needed are deleted after the next {@link #sync}. An index that is compacted already changes
     * nothing.
     *
     * @throws UnavailableException when the index lies after the last entry
     */
    public void compactTo(long index) {
        requireAlive();
        if (index <= compacted.index()) {
            return;
        }
        compacted = new LogPoint(index, memory.term(index));
        batch.compaction(compacted);
        memory.compact(compacted);
        deletionDue = true;
    }

    /** What {@link #snapshot} answers from now on. Any thread. */
    public void setSnapshot(Snapshot snapshot) {
        memory.setSnapshot(snapshot);
    }

    @Override
    public HardState initialHardState() {
        return initialHardState;
    }

    @Override
    public long firstIndex() {
        return memory.compacted().index() + 1;
    }

    @Override
    public long lastIndex() {
        return memory.lastIndex();
    }

    @Override
    public long term(long index) {
        return memory.term(index);
    }

    /**
     * As the interface says; but the list also ends where memory does, after at least one entry. What comes after it
     * is then being loaded already.
     */
    @Override
    public List<Entry> entries(long low, long high, long maxBytes) {
        LogMemory.Found found = memory.find(low, high, maxBytes);
        if (found.missing() != 0) {
            loader.request(found.missing());
            if (found.entries().isEmpty()) {
                throw new TemporarilyUnavailableException("entry " + low + " is being loaded from disk");
            }
        }
        return found.entries();
    }

    @Override
    public Snapshot snapshot() {
        try {
            return memory.snapshot();
        } catch (TemporarilyUnavailableException none) {
            listener.snapshotWanted();
            throw none;
        }
    }

    /** Storage thread, or any after it has ended. What was not synced may be lost. Closing twice is harmless. */
    @Override
    public void close() {
        if (failure == null) {
            failure = new StorageFailedException("the log in " + directory() + " is closed", null);
        }
        if (maintenance instanceof ExecutorService executor) {
            executor.shutdown();
            try {
                executor.awaitTermination(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        closeQuietly(store);
    }

    /** Only between batches: what was appended but is not durable must not decide what is deleted. */
    private void maintain() {
        if (deletionDue) {
            deletionDue = false;
            long needed = Math.min(memory.oldestNeededSegment(), writer.tailNumber());
            maintenance.execute(() -> store.deleteBefore(needed));
        }
        if (writer.isHalfFull() && store.claimPreparation()) {
            maintenance.execute(store::prepare);
        }
    }

    private String directory() {
        return store.files().describe("");
    }

    private void requireAlive() {
        StorageFailedException reason = failure;
        if (reason != null) {
            throw reason;
        }
    }

    private static void closeQuietly(SegmentStore store) {
        try {
            store.close();
        } catch (IOException e) {
            // All that was promised has been synced; there is nothing left to lose.
        }
    }
}
