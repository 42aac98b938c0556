package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.Invariant;
import io.lightraft.raft.Message;
import io.lightraft.raft.confchange.ConfChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes committed entries to the state machine, in batches, and tells the loop what came of them. Results are told only
 * after the batch is in the state for good.
 */
final class ApplyWorker<R> extends Worker<ApplyWorker.Task> {

    private static final Logger log = LoggerFactory.getLogger(ApplyWorker.class);
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_ENTRIES_PER_BATCH = 128;
    private static final int MAX_APPLIES_AT_ONCE = 64;
    private static final long STOP_LOOK_MILLIS = 100;

    sealed interface Task {}

    record Apply(Message.StorageApply message) implements Task {}

    /** Something that must not happen while entries are applied. */
    record Between(Action action, CompletableFuture<Void> done) implements Task {}

    interface Action {
        void run() throws IOException;
    }

    /** Asks the core, on its loop, for the membership after a change. */
    interface Membership {
        After after(ConfChange change) throws InterruptedException;
    }

    /** @param members where those can be reached whom the membership names */
    record After(ConfState confState, List<Member> members) {}

    private final StateMachine<R> stateMachine;
    private final Membership membership;
    private final BiConsumer<List<AppliedEntry<R>>, List<Message>> applied;
    private final @Nullable Compaction compaction;
    private long appliedIndex;

    /** @param compaction null where the log is kept as it is */
    ApplyWorker(
            StateMachine<R> stateMachine,
            long appliedIndex,
            Membership membership,
            BiConsumer<List<AppliedEntry<R>>, List<Message>> applied,
            @Nullable Compaction compaction) {
        super(MAX_APPLIES_AT_ONCE);
        this.compaction = compaction;
        this.stateMachine = stateMachine;
        this.appliedIndex = appliedIndex;
        this.membership = membership;
        this.applied = applied;
    }

    /** Runs something between two batches, and waits for it. Any thread but the worker's own. */
    void runBetween(Action action) throws IOException, InterruptedException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        add(new Between(action, done));
        while (true) {
            try {
                done.get(STOP_LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                if (isStopping()) {
                    throw new IOException("the node stops");
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
            }
        }
    }

    /** The state is a snapshot's from now on. The worker's thread. */
    void restartAt(long snapshotIndex) {
        appliedIndex = snapshotIndex;
        if (compaction != null) {
            compaction.restarted(snapshotIndex);
        }
    }

    @Override
    void work(List<Task> tasks) throws InterruptedException {
        List<Message.StorageApply> applies = new ArrayList<>();
        for (Task task : tasks) {
            if (task instanceof Apply apply) {
                applies.add(apply.message());
            } else if (task instanceof Between between) {
                apply(applies);
                applies.clear();
                run(between);
            }
        }
        apply(applies);
        if (compaction != null) {
            compaction.compactIfDue();
        }
    }

    private static void run(Between between) {
        try {
            between.action().run();
            between.done().complete(null);
        } catch (IOException | RuntimeException e) {
            between.done().completeExceptionally(e);
        }
    }

    private void apply(List<Message.StorageApply> applies) throws InterruptedException {
        List<CommittedEntry> batch = new ArrayList<>();
        for (Message.StorageApply apply : applies) {
            for (Entry entry : apply.entries()) {
                if (isStopping()) {
                    // What is committed stays in the log; a long backlog must not hold up the end of the process.
                    return;
                }
                Invariant.check(
                        entry.index() == appliedIndex + 1,
                        "entry " + entry.index() + " is to be applied after " + appliedIndex);
                appliedIndex = entry.index();
                if (compaction != null) {
                    compaction.applied(entry.index(), entry.data().length);
                }
                if (entry.type() != EntryType.NORMAL) {
                    flush(batch, List.of());
                }
                batch.add(committed(entry));
                if (batch.size() == MAX_ENTRIES_PER_BATCH) {
                    flush(batch, List.of());
                }
            }
        }
        flush(
                batch,
                applies.stream().flatMap(apply -> apply.responses().stream()).toList());
    }

    private CommittedEntry committed(Entry entry) throws InterruptedException {
        if (entry.type() != EntryType.NORMAL) {
            After after = membership.after(change(entry));
            return new CommittedEntry(
                    entry.index(), entry.term(), null, ByteBuffer.allocate(0), after.confState(), after.members());
        }
        return CommittedEntry.of(entry, stateMachine.skips(entry.index()));
    }

    /** No operator's word makes a node pass over one: it would take others for the members than the others do. */
    private static ConfChange change(Entry entry) {
        try {
            return ConfChange.decode(entry);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "the entry at index " + entry.index() + " can't be applied: " + e.getMessage(), e);
        }
    }

    private void flush(List<CommittedEntry> batch, List<Message> responses) {
        List<AppliedEntry<R>> done = new ArrayList<>(batch.size());
        if (!batch.isEmpty()) {
            long start = System.nanoTime();
            List<R> results = stateMachine.apply(List.copyOf(batch));
            warnIfSlow(batch, System.nanoTime() - start);
            for (int i = 0; i < batch.size(); i++) {
                CommittedEntry entry = batch.get(i);
                done.add(new AppliedEntry<>(entry.index(), entry.term(), entry.header(), results.get(i)));
            }
            batch.clear();
        }
        if (!done.isEmpty() || !responses.isEmpty()) {
            applied.accept(done, responses);
        }
    }

    /** All writes, and all reads that want them, wait behind what is being applied: an operator should know. */
    private static void warnIfSlow(List<CommittedEntry> batch, long nanos) {
        if (nanos > SLOW_NANOS) {
            log.warn(
                    "entries {} to {} took {} ms to apply; everything waited for them",
                    batch.get(0).index(),
                    batch.get(batch.size() - 1).index(),
                    TimeUnit.NANOSECONDS.toMillis(nanos));
        }
    }
}
