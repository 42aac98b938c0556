package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.HardState;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.storage.DurableLog;
import java.util.List;
import java.util.stream.LongStream;

/** Nodes that have the beginning of their cluster on their disks, for tests that are not about how it got there. */
final class Begun {

    static final HardState HARD_STATE = new HardState(Joining.FIRST_TERM, 0, Joining.FIRST_INDEX);

    private Begun() {}

    static StateMachine.Applied voters(int count) {
        return members(
                ConfState.ofVoters(LongStream.rangeClosed(1, count).boxed().toList()));
    }

    static StateMachine.Applied members(ConfState members) {
        return new StateMachine.Applied(Joining.FIRST_INDEX, Joining.FIRST_TERM, members);
    }

    /** Leaves a log alone that has something. */
    static DurableLog log(DurableLog log) {
        if (log.lastIndex() == 0) {
            log.append(HARD_STATE, List.of());
            log.installSnapshot(new SnapshotMetadata(ConfState.EMPTY, Joining.FIRST_INDEX, Joining.FIRST_TERM));
            log.sync();
        }
        return log;
    }
}
