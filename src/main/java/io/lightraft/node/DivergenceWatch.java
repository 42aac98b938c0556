package io.lightraft.node;

import io.lightraft.node.ContentHashes.OfNode;
import io.lightraft.raft.ConfState;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares the states of all nodes at equal indexes. Each node collects what all of them say of an index and judges
 * itself: when a majority of the voters agree on another hash it is wrong, whatever the reason, and goes into
 * quarantine. Any other difference is an alarm. Nodes whose engines differ may differ without being wrong, so among them
 * it is an alarm as well.
 *
 * <p>The leader opens a round now and then by telling its running hash of outcomes; the others tell theirs of the same
 * index when they have applied it. Hashes of content are told when they are ready. Owned by the raft loop; has no clock.
 */
final class DivergenceWatch {

    private static final int KEPT_BALLOTS = 32;

    private record Subject(boolean content, long index) {}

    private record Vote(String hash, String engine) {}

    private record Waiting(CompletableFuture<ContentHashes> future, long deadlineMillis) {}

    private final long self;
    private final Supplier<ConfState> membership;
    private final Consumer<Frame.Hash> broadcast;
    private final Map<Subject, TreeMap<Long, Vote>> ballots = new LinkedHashMap<>();
    private final Map<Long, Waiting> waiting = new HashMap<>();
    private StateHashes hashes = StateHashes.NONE;
    private Quarantine quarantine = Quarantine.unkept();
    private boolean alarmed;
    private boolean alarmIsOfContent;
    private long roundIndex;
    private long owedIndex;
    private long judgedIndex;

    /** @param broadcast to all other members */
    DivergenceWatch(long self, Supplier<ConfState> membership, Consumer<Frame.Hash> broadcast) {
        this.self = self;
        this.membership = membership;
        this.broadcast = broadcast;
    }

    void compare(StateHashes newHashes, Quarantine newQuarantine) {
        hashes = newHashes;
        quarantine = newQuarantine;
    }

    @Nullable
    String quarantine() {
        return quarantine.reason();
    }

    /** On the leader, now and then. Says nothing when nothing has come since all were found equal. */
    void openRound(long appliedIndex) {
        Subject subject = new Subject(false, appliedIndex);
        if (appliedIndex != roundIndex || !isUnanimous(subject)) {
            roundIndex = appliedIndex;
            tellOutcomes(appliedIndex);
        }
    }

    void received(long from, Frame.Hash frame, boolean fromLeader) {
        vote(from, new Subject(frame.content(), frame.index()), new Vote(frame.hash(), frame.engine()));
        if (fromLeader && !frame.content() && !tellOutcomes(frame.index())) {
            owedIndex = frame.index();
        }
    }

    /** Entries up to this one are applied here. */
    void applied(long index) {
        if (owedIndex != 0 && owedIndex <= index) {
            tellOutcomes(owedIndex);
            owedIndex = 0;
        }
    }

    /** This node's content was hashed. */
    void content(long index, String hash) {
        tell(new Subject(true, index), hash);
    }

    /** Completes when all members have told the hash of their content as of the index, or with what is known by then. */
    void awaitContent(long index, CompletableFuture<ContentHashes> future, long deadlineMillis) {
        waiting.put(index, new Waiting(future, deadlineMillis));
        completeIfAllAnswered(index);
    }

    void expire(long nowMillis) {
        Iterator<Map.Entry<Long, Waiting>> iterator = waiting.entrySet().iterator();
        while (iterator.hasNext()) {
            Map.Entry<Long, Waiting> entry = iterator.next();
            if (entry.getValue().deadlineMillis() <= nowMillis) {
                iterator.remove();
                judge(new Subject(true, entry.getKey()), true);
                entry.getValue().future().complete(report(entry.getKey()));
            }
        }
    }

    void stop(String reason) {
        waiting.values().forEach(one -> one.future().completeExceptionally(new ReplicaException.Stopped(reason + ".")));
        waiting.clear();
    }

    /** The state was replaced by a copy of the leader's. */
    void rebuilt() {
        ballots.clear();
        quarantine.lift();
    }

    private boolean tellOutcomes(long index) {
        String hash = hashes.outcomes(index);
        if (hash != null) {
            tell(new Subject(false, index), hash);
        }
        return hash != null;
    }

    private void tell(Subject subject, String hash) {
        broadcast.accept(new Frame.Hash(subject.content(), subject.index(), hash, hashes.engine()));
        vote(self, subject, new Vote(hash, hashes.engine()));
    }

    private void vote(long from, Subject subject, Vote vote) {
        if (!ballots.containsKey(subject) && !subject.content()) {
            judge(new Subject(false, judgedIndex), true);
            judgedIndex = subject.index();
        }
        ballots.computeIfAbsent(subject, any -> new TreeMap<>()).put(from, vote);
        if (ballots.size() > KEPT_BALLOTS) {
            ballots.remove(ballots.keySet().iterator().next());
        }
        judge(subject, false);
        if (subject.content()) {
            completeIfAllAnswered(subject.index());
        }
    }

    /** @param late no more votes are waited for */
    private void judge(Subject subject, boolean late) {
        TreeMap<Long, Vote> ballot = ballots.get(subject);
        Vote own = ballot == null ? null : ballot.get(self);
        if (ballot == null || own == null) {
            return;
        }
        List<Long> others = ballot.entrySet().stream()
                .filter(entry -> !entry.getValue().hash().equals(own.hash()))
                .map(Map.Entry::getKey)
                .toList();
        if (others.isEmpty()) {
            if (alarmed && alarmIsOfContent == subject.content() && isUnanimous(subject)) {
                alarmed = false;
                quarantine.alarm(null);
            }
            return;
        }
        String what = subject.content() ? "the content" : "what the writes did";
        String agreed = majority(ballot, own.engine());
        if (agreed != null && !agreed.equals(own.hash())) {
            quarantine.enter(what + " differs from what a majority of the nodes has, as of index " + subject.index()
                    + " (here " + own.hash() + ", there " + agreed + ").");
        } else if (agreed != null || late || ballot.keySet().containsAll(members())) {
            alarmed = true;
            alarmIsOfContent = subject.content();
            quarantine.alarm(what + " differs between the nodes as of index " + subject.index() + ": "
                    + others.stream().map(id -> "node " + (id - 1)).collect(Collectors.joining(", "))
                    + (others.size() == 1 ? " has" : " have") + " another hash than this node"
                    + (agreed != null
                            ? ", which agrees with the majority. What differs gets a copy of the leader's state."
                            : ". There is no majority to tell who is right; run POST /admin/verify."));
        }
    }

    /**
     * The hash that a majority of the voters agree on; null when there is none.
     *
     * @param engine only those count that were computed by this one; null for all
     */
    private @Nullable String majority(Map<Long, Vote> ballot, @Nullable String engine) {
        List<Long> voters = membership.get().voters();
        Map<String, Integer> counts = new HashMap<>();
        for (long voter : voters) {
            Vote vote = ballot.get(voter);
            if (vote != null && (engine == null || engine.equals(vote.engine()))) {
                counts.merge(vote.hash(), 1, Integer::sum);
            }
        }
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() > voters.size() / 2)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private boolean isUnanimous(Subject subject) {
        TreeMap<Long, Vote> ballot = ballots.get(subject);
        return ballot != null
                && ballot.keySet().containsAll(members())
                && ballot.values().stream().map(Vote::hash).distinct().count() == 1;
    }

    private TreeSet<Long> members() {
        ConfState conf = membership.get();
        TreeSet<Long> ids = new TreeSet<>(conf.voters());
        ids.addAll(conf.learners());
        return ids;
    }

    private void completeIfAllAnswered(long index) {
        TreeMap<Long, Vote> ballot = ballots.get(new Subject(true, index));
        if (waiting.containsKey(index) && ballot != null && ballot.keySet().containsAll(members())) {
            Objects.requireNonNull(waiting.remove(index)).future().complete(report(index));
        }
    }

    private ContentHashes report(long index) {
        Map<Long, Vote> ballot = ballots.getOrDefault(new Subject(true, index), new TreeMap<>());
        String agreed = majority(ballot, null);
        List<OfNode> nodes = new ArrayList<>();
        for (long id : members()) {
            Vote vote = ballot.get(id);
            nodes.add(new OfNode(
                    (int) id - 1,
                    vote == null ? null : vote.hash(),
                    vote == null || agreed == null ? null : (Boolean) agreed.equals(vote.hash())));
        }
        return new ContentHashes(index, isUnanimous(new Subject(true, index)), nodes);
    }
}
