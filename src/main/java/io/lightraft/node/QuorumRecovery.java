package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.LogStorage.TemporarilyUnavailableException;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.DurableLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.UUID;

/**
 * Makes one node of a cluster whose majority is lost for good the only member of a cluster that goes on from its data.
 * For a process that runs nothing else on them.
 *
 * <p>All entries of the node's log are taken as committed, whether or not it knew that they are. The result is a
 * snapshot behind the last of them, in a term that no lost node can have reached, and it takes the place of state and
 * log in the way of any other snapshot (see {@link SnapshotInstaller}): a crash leaves the old or the new.
 */
public final class QuorumRecovery {

    /**
     * The lost nodes may have elected leaders that this one never heard of. With their terms below all that follow, none
     * of their entries can be taken for one of the recovered cluster.
     */
    private static final long TERMS_AHEAD = 1_000_000;

    private static final long BATCH_BYTES = 8 << 20;

    private final DurableLog log;
    private final SnapshotFiles files;
    private final StateFile state;
    private final StateMachine<?> machine;
    private final StateCopy copies;

    /**
     * What a recovery does.
     *
     * @param committed the last entry of which this node knows that it is committed
     * @param before the state as it is
     * @param after what it is going to be
     */
    public record Plan(
            long firstIndex,
            long lastIndex,
            long lastTerm,
            long committed,
            StateMachine.Applied before,
            StateMachine.Applied after,
            UUID lineage) {}

    /**
     * Finishes or undoes an installation that a crash has interrupted, as a start does.
     *
     * @param log opened by {@link DurableLog#openOffline}
     * @param machine the same object as {@code state}
     * @throws StateAheadOfLogException when log and state don't belong together
     */
    public QuorumRecovery(
            DurableLog log, SnapshotFiles files, StateFile state, StateMachine<?> machine, StateCopy copies) {
        this.log = log;
        this.files = files;
        this.state = state;
        this.machine = machine;
        this.copies = copies;
        new SnapshotInstaller(files, log).recover(state, machine);
        StateAheadOfLogException.check(machine.applied(), log);
    }

    /** Whether this was done already, as far as it was left by a crash; its end is made up for then. */
    public boolean isDone(Member self) throws IOException {
        ConfState members = machine.applied().confState();
        boolean alone = members.voters().equals(List.of(self.raftId()))
                && members.votersOutgoing().isEmpty();
        if (alone) {
            files.forgetAdmission();
        }
        return alone;
    }

    /** Changes nothing. */
    public Plan plan(Member self, UUID lineage) {
        StateMachine.Applied applied = machine.applied();
        long last = log.lastIndex();
        long term = Math.max(log.initialHardState().term(), log.term(last));
        return new Plan(
                log.firstIndex(),
                last,
                log.term(last),
                Math.max(applied.index(), log.initialHardState().commit()),
                applied,
                new StateMachine.Applied(
                        last + 1, term + TERMS_AHEAD, ConfState.ofVoters(List.of(self.raftId())), List.of(self)),
                lineage);
    }

    /**
     * @throws IOException when it failed before anything was changed
     * @throws UncheckedIOException when it failed later; the next start finishes it
     */
    public void carryOut(Plan plan) throws IOException, InterruptedException {
        StateMachine.Applied after = plan.after();
        Path unfinished = files.unfinished("recovered");
        StateMachine.Applied copied = state.copyTo(unfinished);
        copies.carryOn(unfinished, () -> new Batches(copied.index() + 1), after, plan.lineage());
        StateMachine.Applied made = state.inspect(unfinished);
        if (!made.equals(after)) {
            throw new IOException("the recovered state is of " + made + " instead of " + after);
        }
        files.complete(unfinished, files.received(after.index(), after.term()));
        SnapshotMetadata metadata = new SnapshotMetadata(after.confState(), after.index(), after.term());
        new SnapshotInstaller(files, log).install(new Snapshot(metadata, new byte[0]), state::replaceWith);
        // Nobody is left whose vote could count twice.
        files.forgetAdmission();
    }

    /** All that follows in the log. A change of the members has no effect: they are replaced anyway. */
    private final class Batches implements Iterator<List<CommittedEntry>> {

        private long next;

        Batches(long first) {
            this.next = first;
        }

        @Override
        public boolean hasNext() {
            return next <= log.lastIndex();
        }

        @Override
        public List<CommittedEntry> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            List<CommittedEntry> batch = new ArrayList<>();
            for (Entry entry : read()) {
                boolean empty = entry.type() != EntryType.NORMAL || machine.skips(entry.index());
                batch.add(CommittedEntry.of(entry, empty));
                next = entry.index() + 1;
            }
            return batch;
        }

        private List<Entry> read() {
            try {
                return log.entries(next, log.lastIndex() + 1, BATCH_BYTES);
            } catch (TemporarilyUnavailableException asked) {
                // An offline log has loaded them when it says so.
                return log.entries(next, log.lastIndex() + 1, BATCH_BYTES);
            }
        }
    }
}
