package io.lightraft.node;

import io.lightraft.raft.ConfState;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry on its way into the state machine.
 *
 * @param header null for an entry that carries no command (a leader's first, a membership change)
 * @param command the bytes behind the header, read-only; empty when there is no header
 * @param confState the membership after this entry when it changes it, else null
 * @param members where the members can be reached after it, else null
 */
public record CommittedEntry(
        long index,
        long term,
        @Nullable EntryHeader header,
        ByteBuffer command,
        @Nullable ConfState confState,
        @Nullable List<Member> members) {

    public CommittedEntry(
            long index, long term, @Nullable EntryHeader header, ByteBuffer command, @Nullable ConfState confState) {
        this(index, term, header, command, confState, null);
    }
}
