package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.HardState;
import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.transport.Frame;
import io.lightraft.transport.Frame.Standing;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a node that has nothing on its disk becomes part of a cluster: it begins one together with others that have
 * nothing, or asks the leader of the one that is there to take it in. Until then no message of Raft reaches its core, for
 * its disk may have been emptied, and with it went votes and acknowledgements that others still count on. The leader's
 * side is {@link Admissions}. Owned by the raft loop.
 *
 * <p><b>Beginning.</b> The cluster of {@code lightraft.toml} is a snapshot of index {@value #FIRST_INDEX}, so a node
 * without any entry is always behind every log and gets a real snapshot. It is installed when all nodes of the file are
 * there and none has more than that, or a majority of them for an election timeout. A disk that was emptied is not told
 * from a new one here. So a new cluster can begin beside an old one only if the nodes that hold the old one's entries
 * can't be reached, and a majority of the nodes never took part in it, or lost what they had.
 *
 * <p><b>Being taken in.</b> The leader of term T appends, after it was asked, a change that makes the node a learner, or
 * leaves it one; the change d commits without anything that the node acknowledged before, and the node is told T and the
 * index of d. Then nothing that it forgot can do harm:
 *
 * <ul>
 *   <li>A forgotten vote in a term above T was given before d existed, to a candidate without d. That one needs another
 *       voter from each majority that does not count the node itself, hence one of those that wrote d down in term T:
 *       either that one had voted already, then it could not have taken d any more, or it refuses.
 *   <li>In T itself the node counts as having voted for the leader ({@link Raft#follow}), and it takes nothing from older
 *       terms.
 *   <li>A forgotten acknowledgement counts for entries that stand before d in the leader's log, so they are where d is.
 *       The node neither votes nor campaigns before its own log reaches d, so it refuses whoever lacks them, as it would
 *       have done before. That it may not vote is on disk before anything else is ({@link Effects#keepAdmission}), as a
 *       snapshot that comes first can be older than d, and know the node as a voter.
 * </ul>
 *
 * <p>This needs that no message of an earlier run of the node reaches the leader after the question (the transport ends
 * the streams of earlier incarnations first), and that the change is applied before the node is told. The admission
 * itself is not kept: after a crash without a snapshot the node asks again.
 */
final class Joining {

    /** Where every log begins. Elections follow in higher terms. */
    static final long FIRST_INDEX = 1;

    static final long FIRST_TERM = 1;

    private static final int ASK_TICKS = 5;

    private enum Phase {
        /** Has nothing, and takes part in nothing. */
        BLANK,
        /** The beginning of the cluster is on its way to the disk. */
        BEGINNING,
        /** A leader has taken it in, or it is a member with data. */
        OPEN
    }

    private final Raft raft;
    private final ReplicaConfig config;
    private final UUID incarnation;
    private final Effects effects;

    /** Whether a leader has taken it in before; then there is a cluster, whatever the other nodes have. */
    private final boolean wasAdmitted;

    private final Map<Long, Standing> heard = new TreeMap<>();
    private Phase phase;
    private boolean admitted;
    private boolean noMember;
    private long leastIndexToVote;
    private int ticks;
    private int majorityTicks;
    private @Nullable String told;

    /**
     * @param hardState as of the start
     * @param leastIndexToVote as in the last {@link Effects#keepAdmission}, 0 without
     */
    Joining(
            Raft raft,
            ReplicaConfig config,
            UUID incarnation,
            HardState hardState,
            long leastIndexToVote,
            Effects effects) {
        this.raft = raft;
        this.config = config;
        this.incarnation = incarnation;
        this.effects = effects;
        this.leastIndexToVote = leastIndexToVote;
        phase = raft.lastIndex() == 0 ? Phase.BLANK : Phase.OPEN;
        wasAdmitted = !hardState.isEmpty();
    }

    /** Whether it has neither a log nor a state: then whatever the state says is of no account. */
    static boolean isBlank(long lastIndex, StateMachine.Applied applied) {
        return lastIndex == 0 && applied.index() <= FIRST_INDEX;
    }

    /** Whether this is the beginning of a cluster, and not the state of one that works. */
    static boolean isBeginning(SnapshotMetadata metadata) {
        return metadata.index() == FIRST_INDEX;
    }

    boolean ignores(Message message) {
        if (phase != Phase.OPEN) {
            return true;
        }
        boolean asksForVote = message instanceof Message.RequestVote || message instanceof Message.RequestPreVote;
        if (asksForVote && !mayVote()) {
            return true;
        }
        // Of a leader that thinks of what this node had before.
        return admitted && message instanceof Message.Heartbeat heartbeat && heartbeat.commit() > raft.lastIndex();
    }

    /** Whether it has all that it may have acknowledged and forgotten. */
    boolean mayVote() {
        return raft.lastIndex() >= leastIndexToVote;
    }

    void received(long from, Frame.Presence presence) {
        if (phase == Phase.BLANK) {
            if (config.members().stream().anyMatch(member -> member.raftId() == from)) {
                heard.put(from, presence.standing());
            }
            lookAround();
        }
        if (phase != Phase.BEGINNING && presence.standing() == Standing.BLANK && standing() != Standing.BLANK) {
            effects.send(from, new Frame.Presence(standing()));
        }
    }

    void received(long from, Frame.Admission admission) {
        if (phase != Phase.BLANK || !admission.incarnation().equals(incarnation)) {
            return;
        }
        noMember = !admission.member();
        if (admission.member() && raft.follow(admission.term(), from)) {
            phase = Phase.OPEN;
            admitted = true;
            leastIndexToVote = Math.max(leastIndexToVote, admission.index());
            effects.keepAdmission(leastIndexToVote);
        }
    }

    /** A snapshot is installed. */
    void stored(SnapshotMetadata metadata) {
        if (phase == Phase.BEGINNING && isBeginning(metadata)) {
            phase = Phase.OPEN;
            tellOthers(new Frame.Presence(standing()));
        }
    }

    void connected(long peer) {
        if (phase == Phase.BLANK) {
            effects.send(peer, new Frame.Presence(standing()));
        }
    }

    /** Who comes back may be another process. */
    void lost(long peer) {
        heard.remove(peer);
    }

    void tick() {
        if (phase == Phase.BLANK) {
            if (ticks++ % ASK_TICKS == 0) {
                tellOthers(new Frame.Presence(standing()));
                if (isClusterThere()) {
                    tellOthers(new Frame.Join(incarnation));
                }
            }
            majorityTicks = isMajorityThere() ? majorityTicks + 1 : 0;
            lookAround();
        }
        String situation = waitsFor();
        if (!Objects.equals(situation, told)) {
            told = situation;
            effects.situation(situation);
        }
    }

    private void lookAround() {
        if (isClusterThere()) {
            return;
        }
        boolean all = heard.size() + 1 >= config.members().size();
        if (all || majorityTicks >= config.electionTimeoutTicks()) {
            phase = Phase.BEGINNING;
            raft.bootstrap(new SnapshotMetadata(
                    ConfState.ofVoters(
                            config.members().stream().map(Member::raftId).toList()),
                    FIRST_INDEX,
                    FIRST_TERM));
        }
    }

    private boolean isClusterThere() {
        return wasAdmitted || heard.containsValue(Standing.FORMED);
    }

    private boolean isMajorityThere() {
        return !isClusterThere() && heard.size() + 1 > config.members().size() / 2;
    }

    private Standing standing() {
        if (phase == Phase.BLANK) {
            return wasAdmitted ? Standing.FORMED : Standing.BLANK;
        }
        boolean fresh = raft.lastIndex() <= FIRST_INDEX && raft.term() <= FIRST_TERM && !admitted;
        return fresh ? Standing.FRESH : Standing.FORMED;
    }

    private void tellOthers(Frame frame) {
        config.members().stream()
                .mapToLong(Member::raftId)
                .filter(id -> id != config.raftId())
                .forEach(id -> effects.send(id, frame));
    }

    /** What this node waits for before it can be of use, in words; null when it is part of a cluster. */
    @Nullable
    String situation() {
        String waitsFor = waitsFor();
        if (phase == Phase.OPEN || noMember || isClusterThere()) {
            return waitsFor;
        }
        return waitsFor + "; there are: "
                + Stream.concat(Stream.of(config.raftId()), heard.keySet().stream())
                        .sorted()
                        .map(id -> Long.toString(id - 1))
                        .collect(Collectors.joining(", "));
    }

    private @Nullable String waitsFor() {
        int nodeId = config.nodeId();
        if (phase == Phase.OPEN) {
            return raft.lastIndex() > 0
                    ? null
                    : "node " + nodeId + " has no data yet: it waits for a snapshot of the leader";
        }
        if (noMember) {
            return "node " + nodeId
                    + " has no data, and is not a member of the cluster. Add it with POST /admin/members on any node of it";
        }
        if (isClusterThere()) {
            return "node " + nodeId + " has no data: it waits for the leader of the cluster to take it in";
        }
        return "node " + nodeId + " has no data: it waits for a majority of the "
                + config.members().size() + " nodes to begin the cluster with";
    }
}
