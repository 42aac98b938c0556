package io.lightraft.raft;

import io.lightraft.raft.tracker.Progress;
import io.lightraft.raft.tracker.ProgressState;
import java.util.List;

/** What a leader sends to its peers: appends, heartbeats, snapshots (Raft §5.3, §7). */
final class Replicator {

    private final ServerState state;

    Replicator(ServerState state) {
        this.state = state;
    }

    /** To everybody who is not paused, also where there is nothing new but perhaps the commit index. */
    void broadcastAppend() {
        for (long id : state.tracker.progress().keySet()) {
            if (id != state.id()) {
                maybeSendAppend(id, true);
            }
        }
    }

    /** As many appends as there are entries for and the peer's window lets through. */
    void sendAllEntries(long to) {
        boolean sent = true;
        while (sent) {
            sent = maybeSendAppend(to, false);
        }
    }

    void broadcastHeartbeat(String context) {
        state.tracker.progress().forEach((id, peer) -> {
            if (id != state.id()) {
                // A follower may not have all that is committed: it must not commit what was not checked.
                long commit = Math.min(peer.matchIndex(), state.log.committed());
                state.outbox.send(new Message.Heartbeat(state.id(), id, state.term(), commit, context));
                peer.sentCommit(commit);
            }
        });
    }

    /**
     * Sends an append, or a snapshot where the entries are gone.
     *
     * @param evenIfEmpty whether to send an append without entries, which brings the commit index or probes
     * @return whether something was sent
     */
    boolean maybeSendAppend(long to, boolean evenIfEmpty) {
        Progress peer = state.tracker.progress(to);
        if (peer == null || peer.isPaused()) {
            return false;
        }
        long prevIndex = peer.nextIndex() - 1;
        long prevTerm = state.log.termAt(prevIndex);
        if (prevTerm == RaftLog.UNKNOWN_TERM) {
            return maybeSendSnapshot(to, peer);
        }
        List<Entry> entries = List.of();
        // Behind a full window goes an empty append: if all in the window got lost, its answer will show it.
        if (peer.state() != ProgressState.REPLICATE || !peer.isInflightFull()) {
            try {
                entries = state.log.entries(peer.nextIndex(), state.config.maxSizePerMessageBytes());
            } catch (LogStorage.CompactedException e) {
                return evenIfEmpty && maybeSendSnapshot(to, peer);
            } catch (LogStorage.TemporarilyUnavailableException e) {
                return false;
            }
        }
        if (entries.isEmpty() && !evenIfEmpty) {
            return false;
        }
        long commit = state.log.committed();
        state.outbox.send(
                new Message.AppendEntries(state.id(), to, state.term(), prevTerm, prevIndex, entries, commit));
        peer.sentEntries(entries.size(), RaftLimits.payloadBytes(entries));
        peer.sentCommit(commit);
        return true;
    }

    private boolean maybeSendSnapshot(long to, Progress peer) {
        // Snapshots are dear: not for somebody who may be dead.
        if (!peer.isRecentActive()) {
            return false;
        }
        Snapshot snapshot;
        try {
            snapshot = state.log.snapshot();
        } catch (LogStorage.TemporarilyUnavailableException e) {
            return false;
        }
        Invariant.check(!snapshot.isEmpty(), "the log was compacted, but there is no snapshot for ", to);
        peer.becomeSnapshot(snapshot.metadata().index());
        state.outbox.send(new Message.InstallSnapshot(state.id(), to, state.term(), snapshot));
        return true;
    }
}
