package io.lightraft.transport;

import io.lightraft.raft.Message;
import java.util.List;
import java.util.UUID;

/** One line of a stream between nodes. Byte arrays are shared and never modified. */
public sealed interface Frame {

    /** A message of the consensus core. */
    record Raft(Message message) implements Frame {}

    /**
     * Commands that the sender wants the leader of {@code term} to append.
     *
     * @param incarnation names one run of the sending process
     * @param term the term whose leader is meant; any other node ignores the frame
     * @param firstNumber the number of the first command; the others follow without a gap. Numbers count from 1 for
     *     each incarnation and term
     * @param settled the leader may forget its verdicts up to this number
     * @param patienceMillis for each command, how long from now its origin waits for the outcome
     * @param commands encoded by their origin, appended as they are
     */
    record Proposals(
            UUID incarnation,
            long term,
            long firstNumber,
            long settled,
            List<Long> patienceMillis,
            List<byte[]> commands)
            implements Frame {

        /** With deadlines in the place of the patience: the same with the patience that is left now. */
        public Proposals asOf(long nowMillis) {
            List<Long> left = patienceMillis.stream()
                    .map(deadline -> Math.max(0, deadline - nowMillis))
                    .toList();
            return new Proposals(incarnation, term, firstNumber, settled, left, commands);
        }

        /** The rest of it, from a number on that is one of its own. */
        public Proposals from(long number) {
            int skipped = (int) (number - firstNumber);
            return skipped <= 0
                    ? this
                    : new Proposals(
                            incarnation,
                            term,
                            number,
                            settled,
                            patienceMillis.subList(skipped, patienceMillis.size()),
                            commands.subList(skipped, commands.size()));
        }
    }

    /** The leader's answers to {@link Proposals}, again numbered without a gap. */
    record Verdicts(UUID incarnation, long term, long firstNumber, List<Verdict> verdicts) implements Frame {}

    /**
     * What the sender's state amounts to as of an index, to be compared with others of the same index.
     *
     * @param content of all content, else a running hash over what all entries did
     * @param engine the database's release and the processor; different ones may compute differently
     */
    record Hash(boolean content, long index, String hash, String engine) implements Frame {}

    /**
     * The sender's state is wrong: it wants a copy of the leader's.
     *
     * @param leastIndex up to which the copy must reach at least
     */
    record StateWanted(long leastIndex) implements Frame {}

    /**
     * The receiver has asked for a vote, and is no member.
     *
     * @param index that the sender had applied when it found so
     */
    record NotMember(long index) implements Frame {}

    /** What a node brings with it; told to who has nothing, so that a cluster can begin, or is known to be there. */
    record Presence(Standing standing) implements Frame {}

    /**
     * A node that has nothing asks the leader to be taken in.
     *
     * @param incarnation names this run of its process
     */
    record Join(UUID incarnation) implements Frame {}

    /**
     * The leader's answer to {@link Join}.
     *
     * @param incarnation as in the question
     * @param member false when the sender is no member of the cluster; the rest then means nothing
     * @param term of the leader
     * @param index what the node has to have before it votes
     */
    record Admission(UUID incarnation, boolean member, long term, long index) implements Frame {}

    /** How far a node has come. */
    enum Standing {
        /** Has nothing on its disk, and never heard of a cluster. */
        BLANK,
        /** Has begun a new cluster, and neither voted nor taken an entry in it. */
        FRESH,
        /** Is part of a cluster that works, or was, or has asked one to take it in. */
        FORMED
    }

    /** What the leader of a term did with a proposal; repeated unchanged however often the proposal arrives. */
    enum Verdict {
        /** It stands in the leader's log; whether it commits is seen by applying. */
        APPENDED,
        /** Refused for good in this term, the leader's queues being full. It was not and will not be done. */
        BUSY,
        /** Refused for good in this term, leadership being handed over. It was not and will not be done. */
        TRANSFERRING,
        /** Refused for good in this term, as others kept the right to write. It was not and will not be done. */
        HELD,
        /** Refused for good in this term, the leader's disk being full. It was not and will not be done. */
        DISK_FULL,
        /** Refused for good in this term, as the leader's release can't read it. It was not and will not be done. */
        UNREADABLE
    }
}
