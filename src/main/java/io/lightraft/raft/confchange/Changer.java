package io.lightraft.raft.confchange;

import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.quorum.JointConfig;
import io.lightraft.raft.quorum.MajorityConfig;
import io.lightraft.raft.tracker.Configuration;
import io.lightraft.raft.tracker.Inflights;
import io.lightraft.raft.tracker.Progress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Computes the configuration that follows from one and a change, or says why the change is not allowed. Nothing that
 * is in force is touched before the whole result is known to be sound.
 *
 * @param lastIndex where a new member is probed first
 */
public record Changer(
        Configuration configuration,
        SortedMap<Long, Progress> progress,
        long lastIndex,
        Supplier<Inflights> newInflights) {

    /** A configuration with the progress of its members. */
    public record Result(Configuration configuration, SortedMap<Long, Progress> progress) {}

    /**
     * What a change that was committed leads to.
     *
     * @throws ConfChangeException when it is not allowed now
     */
    public Result apply(ConfChange change) {
        if (change.leavesJoint()) {
            return leaveJoint();
        }
        return change.entersJoint() ? enterJoint(change.autoLeave(), change.changes()) : simple(change.changes());
    }

    /** From C_old to C_old,new: the voters so far become the outgoing half, the changes are made to the other. */
    public Result enterJoint(boolean autoLeave, List<Change> changes) {
        Draft draft = new Draft();
        require(draft.outgoing.isEmpty(), "config is already joint");
        require(!draft.incoming.isEmpty(), "can't make a zero-voter config joint");
        draft.outgoing.addAll(draft.incoming);
        draft.make(changes);
        return draft.finish(autoLeave);
    }

    /** From C_old,new to C_new: the incoming half decides alone, and who was held back becomes a learner. */
    public Result leaveJoint() {
        Draft draft = new Draft();
        require(!draft.outgoing.isEmpty(), "can't leave a non-joint config");
        for (long id : draft.learnersNext) {
            draft.learners.add(id);
            draft.member(id).learner(true);
        }
        draft.learnersNext.clear();
        draft.members
                .keySet()
                .removeIf(id ->
                        draft.outgoing.contains(id) && !draft.incoming.contains(id) && !draft.learners.contains(id));
        draft.outgoing.clear();
        return draft.finish(false);
    }

    /** Changes at most one voter, which needs no joint configuration (thesis §4.1); learners freely. */
    public Result simple(List<Change> changes) {
        Draft draft = new Draft();
        require(draft.outgoing.isEmpty(), "can't apply simple config change in joint config");
        draft.make(changes);
        Set<Long> before = new HashSet<>(configuration.voters().incoming().ids());
        Set<Long> changed = new HashSet<>(draft.incoming);
        changed.removeAll(before);
        before.removeAll(draft.incoming);
        require(changed.size() + before.size() <= 1, "more than one voter changed without entering joint config");
        return draft.finish(false);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new ConfChangeException(message);
        }
    }

    /** The configuration in the making. */
    private final class Draft {
        final Set<Long> incoming =
                new TreeSet<>(configuration.voters().incoming().ids());
        final Set<Long> outgoing =
                new TreeSet<>(configuration.voters().outgoing().ids());
        final Set<Long> learners = new TreeSet<>(configuration.learners().ids());
        final Set<Long> learnersNext =
                new TreeSet<>(configuration.learnersNext().ids());
        final SortedMap<Long, Progress> members = new TreeMap<>();

        Draft() {
            progress.forEach((id, peer) -> members.put(id, peer.copy()));
            checkSound();
        }

        void make(List<Change> changes) {
            for (Change change : changes) {
                // Id 0 stands for a change that was dropped after it was proposed.
                if (change.nodeId() != 0) {
                    make(change);
                }
            }
            require(!incoming.isEmpty(), "removed all voters");
        }

        private void make(Change change) {
            switch (change.kind()) {
                case ADD_VOTER -> makeVoter(change.nodeId());
                case ADD_LEARNER -> makeLearner(change.nodeId());
                case REMOVE -> remove(change.nodeId());
                case UPDATE -> {}
            }
        }

        private void makeVoter(long id) {
            member(id).learner(false);
            learners.remove(id);
            learnersNext.remove(id);
            incoming.add(id);
        }

        private void makeLearner(long id) {
            Progress known = members.get(id);
            if (known != null && known.isLearner()) {
                return;
            }
            Progress peer = known == null ? member(id) : known;
            remove(id);
            members.put(id, peer);
            if (outgoing.contains(id)) {
                learnersNext.add(id);
            } else {
                peer.learner(true);
                learners.add(id);
            }
        }

        private void remove(long id) {
            incoming.remove(id);
            learners.remove(id);
            learnersNext.remove(id);
            // Who votes in the outgoing half must still be sent entries.
            if (!outgoing.contains(id)) {
                members.remove(id);
            }
        }

        Progress member(long id) {
            // A new member counts as active: it could not speak yet, and the check of the quorum must not trip on it.
            return members.computeIfAbsent(
                    id, any -> new Progress(Math.max(lastIndex, 1), newInflights.get(), false, true));
        }

        Result finish(boolean autoLeave) {
            checkSound();
            JointConfig voters = new JointConfig(MajorityConfig.of(incoming), MajorityConfig.of(outgoing));
            return new Result(
                    new Configuration(voters, MajorityConfig.of(learners), MajorityConfig.of(learnersNext), autoLeave),
                    members);
        }

        /** Everybody named is tracked; nobody is voter and learner; only outgoing voters are held back. */
        private void checkSound() {
            for (Set<Long> named : List.of(incoming, outgoing, learners, learnersNext)) {
                named.forEach(id -> require(members.containsKey(id), "no progress for " + id));
            }
            for (long id : learnersNext) {
                require(outgoing.contains(id), id + " is to become a learner, but does not vote in the outgoing half");
                require(!member(id).isLearner(), id + " is to become a learner, but is one already");
            }
            for (long id : learners) {
                require(!outgoing.contains(id) && !incoming.contains(id), id + " is both voter and learner");
                require(member(id).isLearner(), id + " is a learner, but not tracked as one");
            }
            require(!outgoing.isEmpty() || learnersNext.isEmpty(), "learners are held back outside a joint config");
        }
    }
}
