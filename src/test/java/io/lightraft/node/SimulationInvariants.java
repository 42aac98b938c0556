package io.lightraft.node;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must hold at every moment, seen from outside of all nodes (Raft, figure 3). Every check compares with all that
 * was seen before, so a violation shows at the first event that makes it one.
 */
final class SimulationInvariants {

    private record Place(long term, long index) {}

    private record Content(long prevTerm, Entry entry) {}

    private record Ballot(long voter, long term) {}

    private record Outcome(long term, String result) {}

    private final Map<Long, Long> leaders = new HashMap<>();
    private final Map<Ballot, Long> votes = new HashMap<>();
    private final Map<Place, Content> entries = new HashMap<>();
    private final Map<Long, Long> committedTerms = new HashMap<>();

    /** A term in which, or before which, the entry at an index was committed. */
    private final Map<Long, Long> committedIn = new HashMap<>();

    private final Map<Long, Outcome> outcomes = new HashMap<>();
    private final Map<Long, StateMachine.Applied> standings = new HashMap<>();
    private final Map<List<Object>, Long> proposals = new HashMap<>();
    private long committed;

    /** Thrown when an invariant does not hold. */
    static final class Violation extends AssertionError {
        Violation(String message) {
            super(message);
        }
    }

    static void check(boolean holds, String what, Object... details) {
        if (!holds) {
            throw new Violation(what + " " + Arrays.toString(details));
        }
    }

    /** The last index of which it is known that it is committed. */
    long committed() {
        return committed;
    }

    /** Election safety: at most one leader in a term. */
    void leads(long node, long term) {
        Long other = leaders.putIfAbsent(term, node);
        check(other == null || other == node, "two leaders in a term", term, other, node);
    }

    /** Leader completeness: who leads has all that was committed in earlier terms. */
    void hasAllCommitted(long node, long officeTerm, SimulationLogView log) {
        for (long index = Math.max(1, log.firstIndex()); index <= committed; index++) {
            Long term = committedTerms.get(index);
            check(
                    term == null || committedIn.get(index) >= officeTerm || term == log.term(index),
                    "a leader lacks a committed entry",
                    node,
                    index,
                    term,
                    log.term(index));
        }
    }

    /** One vote in a term. */
    void voted(long voter, long term, long candidate) {
        Long other = votes.putIfAbsent(new Ballot(voter, term), candidate);
        check(other == null || other == candidate, "two votes in a term", voter, term, other, candidate);
    }

    /**
     * Its disk is gone, and its votes with it. It may give some a second time; that no second leader comes of it is what
     * counts.
     */
    void forgetVotes(long voter) {
        votes.keySet().removeIf(ballot -> ballot.voter() == voter);
    }

    /** Log matching: where two logs agree in an entry, they agree in all before it. */
    void holds(Entry entry, long prevTerm) {
        Content content = new Content(prevTerm, entry);
        Content other = entries.putIfAbsent(new Place(entry.term(), entry.index()), content);
        check(
                other == null || (other.prevTerm == prevTerm && other.entry.equals(entry)),
                "two entries of one index and term",
                entry,
                other);
    }

    /** What a node takes for committed is the same everywhere and for ever. */
    void commits(long node, HardState state, SimulationLogView log, long before) {
        check(state.commit() >= before, "the commit index went back", node, before, state.commit());
        check(state.commit() <= log.lastIndex(), "committed behind the end of the log", node, state, log.lastIndex());
        for (long index = Math.max(before + 1, log.firstIndex()); index <= state.commit(); index++) {
            long term = log.term(index);
            Long other = committedTerms.putIfAbsent(index, term);
            committedIn.merge(index, state.term(), Math::min);
            check(other == null || other == term, "two entries are committed at one index", node, index, other, term);
        }
        committed = Math.max(committed, state.commit());
    }

    /** A state knows its index, and with it the entry's term and the membership: the same ones on every node. */
    void stands(long node, StateMachine.Applied applied) {
        StateMachine.Applied other = standings.putIfAbsent(applied.index(), applied);
        check(other == null || other.equals(applied), "a state is a mixture", node, applied, other);
    }

    /** State machine safety; and every proposal is applied at most once, in order, with the same result everywhere. */
    void applied(long node, long before, CommittedEntry entry, String result) {
        check(entry.index() == before + 1, "entries are applied out of order", node, before, entry.index());
        Outcome outcome = new Outcome(entry.term(), result);
        Outcome other = outcomes.putIfAbsent(entry.index(), outcome);
        check(other == null || other.equals(outcome), "nodes differ at an index", node, entry, outcome, other);
        EntryHeader header = entry.header();
        if (header != null) {
            List<Object> id = List.of(header.incarnation(), entry.term(), header.number());
            Long index = proposals.putIfAbsent(id, entry.index());
            check(index == null || index == entry.index(), "a proposal is applied twice", node, index, entry);
        }
    }
}
