package io.lightraft.raft;

import io.lightraft.raft.ProposeResult.Outcome;
import io.lightraft.raft.confchange.ConfChange;
import java.util.ArrayList;
import java.util.List;

/** What a leader appends to its log: within the limit of uncommitted bytes, and one membership change at a time. */
final class LeaderProposals {

    private final ServerState state;

    /**
     * No membership change may be appended before this index is applied. A new leader takes its last index, for there
     * may be a change anywhere in what it has not committed.
     */
    private long pendingConfIndex;

    /** Whether the log may hold, unapplied, a change that takes this node's vote. */
    private boolean ownRemovalInLog;

    /** The payload in the log that is not applied; an estimate that is never too high. */
    private long uncommittedBytes;

    LeaderProposals(ServerState state) {
        this.state = state;
        this.pendingConfIndex = state.log.lastIndex();
        this.ownRemovalInLog = state.membership.losesVote();
    }

    ProposeResult append(List<Entry> proposed) {
        long bytes = RaftLimits.payloadBytes(proposed);
        // One proposal always fits, however large; and entries without payload, which the leader itself depends on.
        if (uncommittedBytes > 0 && bytes > 0 && uncommittedBytes + bytes > state.config.maxUncommittedBytes()) {
            return ProposeResult.of(Outcome.DROPPED_LIMIT);
        }
        long first = state.log.lastIndex() + 1;
        Outcome outcome = Outcome.APPENDED;
        List<Entry> entries = new ArrayList<>(proposed.size());
        for (Entry entry : proposed) {
            long index = first + entries.size();
            if (entry.type() == EntryType.NORMAL) {
                entries.add(Entry.normal(state.term(), index, entry.data()));
            } else if (isAllowed(entry)) {
                pendingConfIndex = index;
                entries.add(new Entry(state.term(), index, entry.type(), entry.data()));
            } else {
                outcome = Outcome.CONF_CHANGE_REFUSED;
                entries.add(Entry.empty(state.term(), index));
            }
        }
        uncommittedBytes += bytes;
        state.log.append(entries);
        if (pendingConfIndex >= first) {
            ownRemovalInLog = state.membership.losesVote();
        }
        long last = state.log.lastIndex();
        // The leader's own disk is one of the majority: it counts once this comes back from the storage.
        state.outbox.send(new Message.AppendEntriesResponse(state.id(), state.id(), state.term(), last, false, 0, 0));
        return new ProposeResult(outcome, state.term(), first, last);
    }

    /** Overlapping changes could give two majorities that share nobody (thesis §4.1); so could one that is unsound. */
    private boolean isAllowed(Entry entry) {
        ConfChange change;
        try {
            change = ConfChange.decode(entry);
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (state.config.disableConfChangeValidation()) {
            return true;
        }
        boolean wantsToLeave = change.changes().isEmpty();
        return pendingConfIndex <= state.log.applied()
                && state.tracker.configuration().isJoint() == wantsToLeave
                && state.membership.allows(change);
    }

    /** Whether this node's vote ends, or has ended, with an entry of its log. */
    boolean isLeaving() {
        if (isConfChangeApplied()) {
            return !state.tracker.configuration().voters().contains(state.id());
        }
        return ownRemovalInLog;
    }

    /** Whether the newest membership change, if there is one, is in force. */
    boolean isConfChangeApplied() {
        return state.log.applied() >= pendingConfIndex;
    }

    void onApplied(long payloadBytes) {
        uncommittedBytes = Math.max(0, uncommittedBytes - payloadBytes);
    }
}
