package io.lightraft.raft;

import io.lightraft.raft.confchange.ConfChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One node: core, log, and a state machine that strings all commands together and keeps a snapshot of every index. */
final class InteractionNode {

    final Raft raft;
    final RaftConfig config;
    final MemoryLogStorage storage;
    final Deque<Message.StorageAppend> appendWork = new ArrayDeque<>();
    final Deque<Message.StorageApply> applyWork = new ArrayDeque<>();
    private final List<Snapshot> history = new ArrayList<>();

    InteractionNode(RaftConfig config, MemoryLogStorage storage, Snapshot start) {
        this.config = config;
        this.storage = storage;
        remember(start);
        raft = new Raft(config, storage, RaftListener.NONE);
    }

    long id() {
        return config.id();
    }

    Snapshot newestSnapshot() {
        return history.get(history.size() - 1);
    }

    void append(@Nullable HardState hardState, List<Entry> entries, @Nullable Snapshot snapshot) {
        if (hardState != null) {
            storage.save(hardState);
        }
        if (snapshot != null && !snapshot.isEmpty()) {
            storage.install(snapshot);
            storage.offer(newestSnapshot());
        } else {
            storage.append(entries);
        }
    }

    void apply(List<Entry> entries) {
        for (Entry entry : entries) {
            byte[] update = entry.data();
            ConfState confState = newestSnapshot().metadata().confState();
            if (entry.type() != EntryType.NORMAL) {
                ConfChange change = ConfChange.decode(entry);
                update = change.context();
                confState = raft.applyConfChange(change);
            }
            byte[] before = newestSnapshot().data();
            byte[] after = Arrays.copyOf(before, before.length + update.length);
            System.arraycopy(update, 0, after, before.length, update.length);
            remember(new Snapshot(new SnapshotMetadata(confState, entry.index(), entry.term()), after));
        }
    }

    /** Whoever asks for a snapshot gets the newest. */
    private void remember(Snapshot snapshot) {
        history.add(snapshot);
        storage.offer(snapshot);
    }
}
