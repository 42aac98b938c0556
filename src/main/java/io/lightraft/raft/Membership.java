package io.lightraft.raft;

import io.lightraft.raft.confchange.Changer;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChangeException;
import io.lightraft.raft.confchange.ConfStates;

/** Puts configurations into force: at the start, when a change is applied, when a snapshot arrives (Raft §6). */
final class Membership {

    private final ServerState state;

    Membership(ServerState state) {
        this.state = state;
    }

    void start(ConfState confState) {
        rebuild(confState);
    }

    /** Whether a change could be applied to the configuration in force. */
    boolean allows(ConfChange change) {
        try {
            changer().apply(change);
            return true;
        } catch (ConfChangeException e) {
            return false;
        }
    }

    /**
     * Whether this node is no voter any more once all that stands in its log is applied. Where that can't be read just
     * now, the answer is yes.
     */
    boolean losesVote() {
        Changer.Result next = new Changer.Result(state.tracker.configuration(), state.tracker.progress());
        try {
            for (Entry entry : state.log.confChanges(state.log.applied() + 1, state.log.lastIndex() + 1)) {
                next = changer(next).apply(ConfChange.decode(entry));
            }
            return !next.configuration().voters().contains(state.id());
        } catch (LogStorage.TemporarilyUnavailableException | ConfChangeException e) {
            return true;
        }
    }

    /** A committed change takes effect: on apply, so on every node at the same entry, but not at the same time. */
    ConfState apply(ConfChange change) {
        try {
            return switchTo(changer().apply(change));
        } catch (ConfChangeException e) {
            throw new InvariantViolation("a committed membership change can't be applied: ", e.getMessage());
        }
    }

    /**
     * A snapshot from the leader replaces log and configuration. It may know nothing of this node yet: it was made for
     * another one, before this one was added, and the entries behind it tell the rest.
     *
     * @return false when it was not needed: the log has all of it; or not meant for this node, where that counts
     */
    boolean restore(Snapshot snapshot) {
        SnapshotMetadata metadata = snapshot.metadata();
        boolean named = state.config.liveAfterChanges() || names(metadata.confState(), state.id());
        if (metadata.index() <= state.log.committed() || !named) {
            return false;
        }
        if (state.log.matches(metadata.index(), metadata.term())) {
            // The log goes at least as far, and the snapshot says that all up to it is committed.
            state.log.commitTo(metadata.index());
            return false;
        }
        state.log.restore(snapshot);
        rebuild(metadata.confState());
        return true;
    }

    /** A new cluster, on a node that has nothing. */
    void begin(Snapshot beginning) {
        state.log.restore(beginning);
        rebuild(beginning.metadata().confState());
    }

    private static boolean names(ConfState confState, long id) {
        // Who is to become a learner votes in the outgoing half.
        return confState.voters().contains(id)
                || confState.learners().contains(id)
                || confState.votersOutgoing().contains(id);
    }

    private void rebuild(ConfState confState) {
        ConfState rebuilt = switchTo(ConfStates.restore(confState, state.log.lastIndex(), state.tracker::newInflights));
        Invariant.check(rebuilt.equals(confState), "membership ", confState, " became ", rebuilt);
    }

    private Changer changer() {
        return changer(new Changer.Result(state.tracker.configuration(), state.tracker.progress()));
    }

    private Changer changer(Changer.Result from) {
        return new Changer(from.configuration(), from.progress(), state.log.lastIndex(), state.tracker::newInflights);
    }

    private ConfState switchTo(Changer.Result next) {
        state.tracker.switchTo(next.configuration(), next.progress());
        ConfState confState = ConfStates.of(next.configuration());
        state.behaviour().onConfigurationChanged();
        return confState;
    }
}
