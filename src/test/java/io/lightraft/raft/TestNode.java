package io.lightraft.raft;

import io.lightraft.raft.confchange.ConfChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A core with asynchronous storage writes, its two workers, and a state machine that lists the commands it was given.
 * Either worker can be stalled; a crash loses what the storage worker had not written.
 */
final class TestNode {

    final long id;
    final MemoryLogStorage storage = new MemoryLogStorage();
    final List<ReadState> reads = new ArrayList<>();
    final List<String> roleChanges = new ArrayList<>();
    private final UnaryOperator<RaftConfig.Builder> settings;
    private final Deque<Message.StorageAppend> appendQueue = new ArrayDeque<>();
    private final Deque<Message.StorageApply> applyQueue = new ArrayDeque<>();
    private List<String> applied = new ArrayList<>();
    private Snapshot state;
    private boolean storageStalled;
    private boolean applyStalled;
    private Raft raft;
    private int starts;

    TestNode(long id, ConfState membership, UnaryOperator<RaftConfig.Builder> settings) {
        this.id = id;
        this.settings = settings;
        state = new Snapshot(new SnapshotMetadata(membership, 0, 0), new byte[0]);
        start();
    }

    Raft raft() {
        return raft;
    }

    private void start() {
        RaftConfig.Builder config = RaftConfig.builder(id)
                .seed(1000L * starts++)
                .appliedIndex(state.metadata().index())
                .confState(state.metadata().confState());
        raft = new Raft(
                settings.apply(config).build(),
                storage,
                (from, to, term, reason) -> roleChanges.add(term + " " + from + "->" + to + " " + reason));
    }

    /** Loses all that is only in memory; the state machine keeps what it had applied. */
    void crashAndRestart() {
        appendQueue.clear();
        applyQueue.clear();
        reads.clear();
        storageStalled = false;
        applyStalled = false;
        start();
    }

    void stallStorage(boolean stalled) {
        storageStalled = stalled;
    }

    void stallApply(boolean stalled) {
        applyStalled = stalled;
    }

    /** Does all there is to do. @return what goes to other nodes */
    List<Message> work() {
        List<Message> sent = new ArrayList<>();
        boolean busy = true;
        while (busy) {
            busy = handleReady(sent) | store(sent) | apply(sent);
        }
        return sent;
    }

    boolean handleReady(List<Message> sent) {
        if (!raft.hasReady()) {
            return false;
        }
        Ready ready = raft.ready();
        reads.addAll(ready.readStates());
        for (Message message : ready.messages()) {
            if (message instanceof Message.StorageAppend append) {
                appendQueue.add(append);
            } else if (message instanceof Message.StorageApply apply) {
                applyQueue.add(apply);
            } else {
                sent.add(message);
            }
        }
        return true;
    }

    /** The storage worker does its oldest piece of work. */
    boolean store(List<Message> sent) {
        if (storageStalled || appendQueue.isEmpty()) {
            return false;
        }
        Message.StorageAppend work = appendQueue.remove();
        storage.save(work.hardState());
        if (!work.snapshot().isEmpty()) {
            install(work.snapshot());
        }
        storage.append(work.entries());
        respond(work.responses(), sent);
        return true;
    }

    private void install(Snapshot snapshot) {
        storage.install(snapshot);
        state = snapshot;
        applied = new ArrayList<>(List.of(new String(snapshot.data(), StandardCharsets.UTF_8).split("\n")));
        applied.removeIf(String::isEmpty);
    }

    /** The apply worker does its oldest piece of work. */
    boolean apply(List<Message> sent) {
        if (applyStalled || applyQueue.isEmpty()) {
            return false;
        }
        Message.StorageApply work = applyQueue.remove();
        for (Entry entry : work.entries()) {
            Invariant.check(entry.index() == state.metadata().index() + 1, "applied out of order: ", entry);
            ConfState membership = state.metadata().confState();
            if (entry.type() != EntryType.NORMAL) {
                membership = raft.applyConfChange(ConfChange.decode(entry));
            } else if (entry.data().length > 0) {
                applied.add(new String(entry.data(), StandardCharsets.UTF_8));
            }
            state = new Snapshot(
                    new SnapshotMetadata(membership, entry.index(), entry.term()),
                    String.join("\n", applied).getBytes(StandardCharsets.UTF_8));
        }
        respond(work.responses(), sent);
        return true;
    }

    private void respond(List<Message> responses, List<Message> sent) {
        for (Message response : responses) {
            if (response.to() == id) {
                raft.step(response);
            } else {
                sent.add(response);
            }
        }
    }

    /** Drops the log up to what is applied; whoever needs it gets a snapshot. */
    void compact() {
        storage.offer(state);
        storage.compactTo(state.metadata().index());
    }

    List<String> applied() {
        return applied;
    }

    /** The terms of all entries on disk. */
    List<Long> storedTerms() {
        return storage.all().stream().map(Entry::term).toList();
    }

    ConfState membership() {
        return state.metadata().confState();
    }
}
