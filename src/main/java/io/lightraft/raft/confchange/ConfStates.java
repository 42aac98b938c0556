package io.lightraft.raft.confchange;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.tracker.Configuration;
import io.lightraft.raft.tracker.Inflights;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** Between the membership as it is stored and the configuration as the core works with it. */
public final class ConfStates {

    private ConfStates() {}

    public static ConfState of(Configuration configuration) {
        return new ConfState(
                configuration.voters().incoming().ids(),
                configuration.learners().ids(),
                configuration.voters().outgoing().ids(),
                configuration.learnersNext().ids(),
                configuration.autoLeave());
    }

    /**
     * Rebuilds a configuration the way it could have come about: first the outgoing voters alone, then the joint
     * configuration in which they are replaced by the incoming ones. So it passes every check that changes pass.
     *
     * @throws ConfChangeException when no sequence of changes leads there
     */
    public static Changer.Result restore(ConfState state, long lastIndex, Supplier<Inflights> newInflights) {
        Changer.Result result = new Changer.Result(Configuration.EMPTY, Collections.emptySortedMap());
        List<Change> incoming = new ArrayList<>();
        add(incoming, Kind.REMOVE, state.votersOutgoing());
        add(incoming, Kind.ADD_VOTER, state.voters());
        add(incoming, Kind.ADD_LEARNER, state.learners());
        add(incoming, Kind.ADD_LEARNER, state.learnersNext());
        boolean joint = !state.votersOutgoing().isEmpty();

        List<Change> oneByOne = new ArrayList<>();
        add(oneByOne, Kind.ADD_VOTER, state.votersOutgoing());
        for (Change change : joint ? oneByOne : incoming) {
            result = changer(result, lastIndex, newInflights).simple(List.of(change));
        }
        return joint ? changer(result, lastIndex, newInflights).enterJoint(state.autoLeave(), incoming) : result;
    }

    private static Changer changer(Changer.Result base, long lastIndex, Supplier<Inflights> newInflights) {
        return new Changer(base.configuration(), base.progress(), lastIndex, newInflights);
    }

    private static void add(List<Change> changes, Kind kind, Collection<Long> ids) {
        ids.forEach(id -> changes.add(new Change(kind, id)));
    }
}
