package io.lightraft.raft;

import io.lightraft.raft.Message.StorageAppend;
import io.lightraft.raft.Message.StorageAppendResponse;
import io.lightraft.raft.Message.StorageApply;
import io.lightraft.raft.Message.StorageApplyResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is to be done into a {@link Ready}, and takes it for being done from then on. */
final class ReadyMaker {

    private final ServerState state;
    private final boolean async;
    private SoftState lastSoftState;
    private HardState lastHardState;

    /** Without asynchronous writes: what the workers would have answered, to be taken in by {@code advance}. */
    private List<Message> answers = List.of();

    ReadyMaker(ServerState state) {
        this.state = state;
        async = state.config.asyncStorageWrites();
        lastSoftState = state.softState();
        lastHardState = state.hardState();
    }

    boolean hasReady() {
        return !state.outbox.isEmpty()
                || state.log.hasNextUnstableEntries()
                || state.log.nextUnstableSnapshot() != null
                || state.log.hasNextCommitted()
                || !state.hardState().equals(lastHardState)
                || !state.softState().equals(lastSoftState);
    }

    Ready next() {
        Invariant.check(answers.isEmpty(), "ready twice without advance");
        SoftState softState = state.softState();
        HardState hardState = state.hardState();
        List<Entry> entries = state.log.nextUnstableEntries();
        Snapshot snapshot = state.log.nextUnstableSnapshot();
        List<Entry> committed = state.log.nextCommitted();
        boolean mustSync = !entries.isEmpty()
                || hardState.term() != lastHardState.term()
                || hardState.vote() != lastHardState.vote();
        @Nullable SoftState newSoftState = softState.equals(lastSoftState) ? null : softState;
        @Nullable HardState newHardState = hardState.equals(lastHardState) ? null : hardState;

        List<Message> messages = new ArrayList<>(state.outbox.takeMessages());
        List<Message> promises = state.outbox.takePromises();
        boolean appends = !entries.isEmpty() || newHardState != null || snapshot != null || !promises.isEmpty();
        List<Message> appendAnswers = new ArrayList<>(promises);
        // Behind the promises: the leader counts its own entries while their terms can still be read from memory.
        if (state.log.hasUnstableEntries() || snapshot != null) {
            appendAnswers.add(stored(snapshot));
        }
        if (async) {
            if (appends) {
                messages.add(storageAppend(newHardState, entries, snapshot, appendAnswers));
            }
            if (!committed.isEmpty()) {
                messages.add(
                        new StorageApply(state.id(), Message.APPLY_THREAD, 0, committed, List.of(applied(committed))));
            }
        } else {
            answers = new ArrayList<>();
            for (Message answer : appendAnswers) {
                (answer.to() == state.id() ? answers : messages).add(answer);
            }
            if (!committed.isEmpty()) {
                answers.add(applied(committed));
            }
        }

        lastSoftState = softState;
        lastHardState = hardState;
        state.log.acceptUnstable();
        if (!committed.isEmpty()) {
            state.log.acceptApplying(committed);
        }
        return new Ready(
                newSoftState,
                newHardState,
                state.outbox.takeReadStates(),
                entries,
                snapshot,
                committed,
                messages,
                mustSync);
    }

    /** All that the last {@link Ready} asked for is done: what its workers would answer now. */
    List<Message> takeAnswers() {
        Invariant.check(!async, "advance is not for asynchronous storage writes");
        List<Message> taken = answers;
        answers = List.of();
        return taken;
    }

    private StorageAppend storageAppend(
            @Nullable HardState hardState, List<Entry> entries, @Nullable Snapshot snapshot, List<Message> responses) {
        HardState written = hardState == null ? HardState.EMPTY : hardState;
        return new StorageAppend(
                state.id(),
                Message.APPEND_THREAD,
                written.term(),
                written,
                entries,
                snapshot == null ? Snapshot.EMPTY : snapshot,
                responses);
    }

    /**
     * Names the last entry of the whole log, also where this write brings none, together with the term at the time of
     * asking. An answer of an older term is not believed: the entries may have been overwritten and written again
     * meanwhile, with that other write still under way (the ABA problem). The write that every new term brings then
     * speaks for the entries whose own answers were ignored.
     */
    private StorageAppendResponse stored(@Nullable Snapshot snapshot) {
        boolean entries = state.log.hasUnstableEntries();
        return new StorageAppendResponse(
                Message.APPEND_THREAD,
                state.id(),
                state.term(),
                entries ? state.log.lastTerm() : 0,
                entries ? state.log.lastIndex() : 0,
                snapshot == null ? Snapshot.EMPTY : snapshot);
    }

    private StorageApplyResponse applied(List<Entry> entries) {
        return new StorageApplyResponse(Message.APPLY_THREAD, state.id(), 0, entries);
    }
}
