package io.lightraft.node;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.Message;
import io.lightraft.raft.Message.AppendEntries;
import io.lightraft.raft.Message.AppendEntriesResponse;
import io.lightraft.raft.Message.InstallSnapshot;
import io.lightraft.raft.Message.RequestPreVote;
import io.lightraft.raft.Message.RequestPreVoteResponse;
import io.lightraft.raft.Message.RequestVote;
import io.lightraft.raft.Message.RequestVoteResponse;
import io.lightraft.storage.DurableLog;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one process has said to others, so that it can be held to it: by others now, and by itself after a restart. */
final class SimulationPromises {

    private record Acknowledged(long index, long term) {}

    private final long id;
    private final SimulationInvariants invariants;
    private final SimulationLogView log;
    private long commit;
    private long newOfficeTerm;

    /** The last entry that was acknowledged, unless something is on its way that may replace it. */
    private @Nullable Acknowledged acknowledged;

    private long promisedTerm;
    private long promisedVote;

    private final List<Message> requests = new ArrayList<>();
    private boolean logMayHaveChanged;

    /** @param before what the process before has promised; the disk must have all of it */
    SimulationPromises(long id, SimulationInvariants invariants, DurableLog disk, @Nullable SimulationPromises before) {
        this.id = id;
        this.invariants = invariants;
        long base = disk.firstIndex() - 1;
        this.log = new SimulationLogView(base, disk.term(base));
        for (long index = base + 1; index <= disk.lastIndex(); index++) {
            log.append(Entry.empty(disk.term(index), index));
        }
        HardState hard = disk.initialHardState();
        commit = hard.commit();
        if (before != null) {
            SimulationInvariants.check(
                    hard.term() >= before.promisedTerm, "forgot a term", id, hard, before.promisedTerm);
            SimulationInvariants.check(
                    hard.term() > before.promisedTerm || before.promisedVote == 0 || hard.vote() == before.promisedVote,
                    "forgot a vote",
                    id,
                    hard,
                    before.promisedVote);
            Acknowledged last = before.acknowledged;
            SimulationInvariants.check(
                    last == null || last.index < log.firstIndex() || log.term(last.index) == last.term,
                    "lost an entry that it had acknowledged",
                    id,
                    last,
                    log.lastIndex());
            acknowledged = last;
            promisedTerm = before.promisedTerm;
            promisedVote = before.promisedVote;
        }
    }

    void beginTurn() {
        requests.clear();
        logMayHaveChanged = false;
    }

    void received(Frame frame) {
        if (frame instanceof Frame.Raft raft) {
            Message message = raft.message();
            if (message instanceof RequestVote || message instanceof RequestPreVote) {
                requests.add(message);
            }
            logMayHaveChanged |= message instanceof AppendEntries || message instanceof InstallSnapshot;
        }
    }

    void leads(long term) {
        newOfficeTerm = term;
    }

    void handedOut(Message.StorageAppend append) {
        if (!logMayHaveChanged) {
            append.responses().forEach(this::checkGrant);
        }
        if (!append.snapshot().isEmpty()) {
            acknowledged = null;
            log.restart(
                    append.snapshot().metadata().index(),
                    append.snapshot().metadata().term());
        }
        for (Entry entry : append.entries()) {
            if (acknowledged != null && entry.index() <= acknowledged.index) {
                acknowledged = null;
            }
            log.append(entry);
            invariants.holds(entry, log.term(entry.index() - 1));
        }
        HardState hard = append.hardState();
        if (!hard.isEmpty()) {
            invariants.commits(id, hard, log, commit);
            commit = hard.commit();
        }
    }

    /** A grant must be right for one of the requests of this turn; one may have been sent twice, and be old. */
    private void checkGrant(Message response) {
        List<Message> granted = requests.stream()
                .filter(request -> isGrantOf(request, response))
                .toList();
        SimulationInvariants.check(
                granted.isEmpty() || granted.stream().anyMatch(this::isUpToDate),
                "a vote for a worse log",
                granted,
                log.lastTerm(),
                log.lastIndex());
    }

    private static boolean isGrantOf(Message request, Message response) {
        boolean vote =
                request instanceof RequestVote && response instanceof RequestVoteResponse answer && !answer.reject();
        boolean preVote = request instanceof RequestPreVote
                && response instanceof RequestPreVoteResponse asked
                && !asked.reject();
        return (vote || preVote) && request.from() == response.to() && request.term() == response.term();
    }

    /** Whoever asks for a vote must have a log that is at least as good as the voter's, in a pre-vote as in a vote. */
    private boolean isUpToDate(Message request) {
        if (request instanceof RequestVote vote) {
            return isUpToDate(vote.lastLogTerm(), vote.lastLogIndex());
        }
        return request instanceof RequestPreVote vote && isUpToDate(vote.lastLogTerm(), vote.lastLogIndex());
    }

    private boolean isUpToDate(long lastLogTerm, long lastLogIndex) {
        return lastLogTerm > log.lastTerm() || (lastLogTerm == log.lastTerm() && lastLogIndex >= log.lastIndex());
    }

    void released(Message response) {
        if (response instanceof AppendEntriesResponse answer) {
            promise(answer.term());
            long term = log.term(answer.index());
            // An entry of a later term has taken the place of the one that is meant.
            boolean replaced = term > answer.term();
            boolean further = acknowledged == null || answer.index() > acknowledged.index;
            if (!answer.reject() && answer.index() >= log.firstIndex() - 1 && term > 0 && !replaced && further) {
                acknowledged = new Acknowledged(answer.index(), term);
            }
        } else if (response instanceof RequestVoteResponse answer) {
            promise(answer.term());
            if (!answer.reject()) {
                invariants.voted(id, answer.term(), answer.to());
                if (answer.term() == promisedTerm) {
                    promisedVote = answer.to();
                }
            }
        }
    }

    private void promise(long term) {
        if (term > promisedTerm) {
            promisedTerm = term;
            promisedVote = 0;
        }
    }

    void endTurn() {
        if (newOfficeTerm != 0) {
            invariants.hasAllCommitted(id, newOfficeTerm, log);
            newOfficeTerm = 0;
        }
    }
}
