package io.lightraft.raft;

import java.util.List;

/**
 * What one core says to another, and to the two workers of its own node. Names are those of the paper; ids are raft
 * ids (the node's index + 1, never 0); {@code term} is the sender's term, or 0 for what is forwarded on behalf of a
 * client.
 */
public sealed interface Message {

    /** The address of the node's own storage worker. */
    long APPEND_THREAD = Long.MAX_VALUE;

    /** The address of the node's own apply worker. */
    long APPLY_THREAD = Long.MAX_VALUE - 1;

    long from();

    long to();

    long term();

    /** Raft §5.3. {@code prevLogTerm} is the term of the entry at {@code prevLogIndex}. */
    record AppendEntries(
            long from, long to, long term, long prevLogTerm, long prevLogIndex, List<Entry> entries, long commit)
            implements Message {}

    /**
     * @param index the highest index that is now known to match; on a rejection the refused {@code prevLogIndex}
     * @param hint on a rejection the highest index at which follower and leader may still agree, else 0
     * @param hintTerm on a rejection the term of the follower's entry at {@code hint}, else 0
     */
    record AppendEntriesResponse(long from, long to, long term, long index, boolean reject, long hint, long hintTerm)
            implements Message {}

    /** {@code commit} never exceeds what is known to match; {@code context} names a ReadIndex round or is empty. */
    record Heartbeat(long from, long to, long term, long commit, String context) implements Message {}

    record HeartbeatResponse(long from, long to, long term, String context) implements Message {}

    /** {@code transfer}: the election was asked for by the leader, so stickiness does not apply (thesis §4.2.3). */
    record RequestVote(long from, long to, long term, long lastLogTerm, long lastLogIndex, boolean transfer)
            implements Message {}

    record RequestVoteResponse(long from, long to, long term, boolean reject) implements Message {}

    /** Thesis §9.6. {@code term} is the term that the sender would campaign in. */
    record RequestPreVote(long from, long to, long term, long lastLogTerm, long lastLogIndex) implements Message {}

    /** A grant carries the asked-for term, a rejection the voter's own. */
    record RequestPreVoteResponse(long from, long to, long term, boolean reject) implements Message {}

    record InstallSnapshot(long from, long to, long term, Snapshot snapshot) implements Message {}

    /** A follower asks the leader for a read index (thesis §6.4). */
    record ReadIndex(long from, long to, long term, String context) implements Message {}

    record ReadIndexResponse(long from, long to, long term, long index, String context) implements Message {}

    /** The leader tells the target of a transfer to campaign at once (thesis §3.10). */
    record TimeoutNow(long from, long to, long term) implements Message {}

    /** The entry with this index and term is committed, whatever the term is now. {@code term} is 0. */
    record Committed(long from, long to, long term, long logTerm, long index) implements Message {}

    /** A follower passes on the wish to make {@code transferee} the leader. */
    record TransferLeadership(long from, long to, long term, long transferee) implements Message {}

    /** A follower passes on a proposal; entries have no term and index yet. */
    record Propose(long from, long to, long term, List<Entry> entries) implements Message {}

    /**
     * To the storage worker: write these, in the order of arrival, and send {@code responses} (to peers, and to this
     * core itself) when they are durable.
     *
     * @param hardState what to write of it; {@link HardState#EMPTY} when nothing changed
     * @param snapshot the snapshot to install first; {@link Snapshot#EMPTY} when there is none
     */
    record StorageAppend(
            long from,
            long to,
            long term,
            HardState hardState,
            List<Entry> entries,
            Snapshot snapshot,
            List<Message> responses)
            implements Message {}

    /** From the storage worker: the log is durable up to this entry; ignored when it was overwritten meanwhile. */
    record StorageAppendResponse(long from, long to, long term, long logTerm, long index, Snapshot snapshot)
            implements Message {}

    /** To the apply worker: apply these in order, then send {@code responses}. */
    record StorageApply(long from, long to, long term, List<Entry> entries, List<Message> responses)
            implements Message {}

    /** From the apply worker: these are applied. */
    record StorageApplyResponse(long from, long to, long term, List<Entry> entries) implements Message {}
}
