package io.lightraft.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Carries a copy of the state on, outside of any replica. Implemented by whoever knows the state's file. */
public interface StateCopy {

    /**
     * Applies entries to a copy that nobody else has open, then makes it the state of a cluster that begins with it.
     * The copy is one file again on return; it is not synced.
     *
     * @param batches in the order of the log, from the entry on that the copy lacks
     * @param after index, term and members that the copy then has
     * @param lineage what the cluster's data are known by from now on
     * @throws IOException when that failed; the copy is of no use then
     */
    void carryOn(Path copy, Iterable<List<CommittedEntry>> batches, StateMachine.Applied after, UUID lineage)
            throws IOException;
}
