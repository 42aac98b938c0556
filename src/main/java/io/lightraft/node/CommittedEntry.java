package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
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

    /**
     * An entry that changes no members.
     *
     * @param empty whether it is to be handed in without its command, however that reads
     * @throws UnappliableEntryException when its header is not known to this release
     */
    static CommittedEntry of(Entry entry, boolean empty) {
        if (empty || entry.data().length == 0) {
            return new CommittedEntry(entry.index(), entry.term(), null, ByteBuffer.allocate(0), null);
        }
        try {
            EntryHeader header = EntryHeader.of(entry.data());
            ByteBuffer command = ByteBuffer.wrap(
                            entry.data(), EntryHeader.BYTES, entry.data().length - EntryHeader.BYTES)
                    .slice()
                    .asReadOnlyBuffer();
            return new CommittedEntry(entry.index(), entry.term(), header, command, null);
        } catch (IllegalArgumentException e) {
            throw new UnappliableEntryException(entry.index(), String.valueOf(e.getMessage()), e);
        }
    }
}
