package io.lightraft.storage;

import io.lightraft.raft.HardState;

/** What the log on disk amounts to after a batch; stands in the header of a segment that begins then. */
record DurableState(HardState hardState, LogPoint compacted, LogPoint last) {

    static final DurableState START = new DurableState(HardState.EMPTY, LogPoint.START, LogPoint.START);
}
