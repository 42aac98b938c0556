package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.ProposeResult;
import io.lightraft.raft.ProposeResult.Outcome;
import io.lightraft.raft.Raft;
import io.lightraft.raft.Role;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.transport.Frame;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * How a leader takes in members whose disks are empty: each becomes a learner by a change that commits without what it
 * acknowledged before, see {@link Joining}. From the question until then nothing else that comes from it is listened to,
 * as it can only be of before. A learner that has caught up becomes a voter by itself ({@link MemberChanges}). Owned by
 * the raft loop.
 */
final class Admissions {

    /**
     * @param index of the change that lets it in; 0 before that could be appended
     * @param applied whether that change is in force
     */
    private record Asked(UUID incarnation, long term, long index, boolean applied) {}

    private final Raft raft;
    private final Effects effects;
    private final BooleanSupplier ownTermCommitted;
    private final Map<Long, Asked> asked = new TreeMap<>();

    /** @param ownTermCommitted whether this leader has committed an entry of its own term */
    Admissions(Raft raft, Effects effects, BooleanSupplier ownTermCommitted) {
        this.raft = raft;
        this.effects = effects;
        this.ownTermCommitted = ownTermCommitted;
    }

    void received(long from, Frame.Join join) {
        if (raft.role() != Role.LEADER) {
            return;
        }
        Asked before = asked.get(from);
        if (before != null
                && before.term() == raft.term()
                && before.incarnation().equals(join.incarnation())) {
            if (before.applied()) {
                answer(from, before);
            }
            return;
        }
        asked.put(from, new Asked(join.incarnation(), raft.term(), 0, false));
        appendWhatIsDue();
    }

    /** Whether the node has asked and does not know the answer yet, so that what it sends was sent before. */
    boolean ignores(long from) {
        Asked question = asked.get(from);
        return question != null && !question.applied() && question.term() == raft.term();
    }

    void tick() {
        if (raft.role() != Role.LEADER) {
            asked.clear();
        }
        appendWhatIsDue();
    }

    private void appendWhatIsDue() {
        asked.values().removeIf(question -> question.term() != raft.term());
        for (Map.Entry<Long, Asked> entry : Map.copyOf(asked).entrySet()) {
            boolean possible = ownTermCommitted.getAsBoolean()
                    && !raft.isConfChangePending()
                    && !raft.leadTransferPending()
                    && !raft.isLeaving();
            if (possible && entry.getValue().index() == 0) {
                letIn(entry.getKey(), entry.getValue());
            }
        }
    }

    private void letIn(long id, Asked question) {
        if (!isMember(id)) {
            asked.remove(id);
            effects.send(id, new Frame.Admission(question.incarnation(), false, raft.term(), 0));
            return;
        }
        // First of all: what it acknowledged must not count for the change itself.
        raft.forgetProgress(id);
        ProposeResult result = raft.proposeConfChange(ConfChange.of(Kind.ADD_LEARNER, id));
        if (result.outcome() == Outcome.APPENDED) {
            asked.put(id, new Asked(question.incarnation(), result.term(), result.firstIndex(), false));
        }
    }

    private boolean isMember(long id) {
        ConfState members = raft.status().confState();
        return members.voters().contains(id) || members.learners().contains(id);
    }

    void applied(long index, long term) {
        for (Map.Entry<Long, Asked> entry : asked.entrySet()) {
            Asked question = entry.getValue();
            if (question.index() == index && question.term() == term && !question.applied()) {
                entry.setValue(new Asked(question.incarnation(), question.term(), index, true));
                if (raft.role() == Role.LEADER && raft.term() == term) {
                    answer(entry.getKey(), entry.getValue());
                }
            }
        }
    }

    private void answer(long id, Asked question) {
        effects.send(id, new Frame.Admission(question.incarnation(), true, question.term(), question.index()));
    }
}
