package io.lightraft.node;

import org.jspecify.annotations.Nullable;

/** An entry that is in the state machine for good, with its result; both are null when it carried no command. */
record AppliedEntry<R>(
        long index,
        long term,
        @Nullable EntryHeader header,
        @Nullable R result) {}
