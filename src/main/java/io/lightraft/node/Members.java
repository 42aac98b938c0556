package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.confchange.ConfChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who the members are and where they can be reached, as of the entry that was applied last: replicated state, of which
 * the core keeps a copy. {@code lightraft.toml} seeds it, and names nodes that may join. Owned by the raft loop.
 */
final class Members {

    private final Map<Long, Member> named = new TreeMap<>();
    private final Map<Long, Member> current = new TreeMap<>();

    /** Removed ones, by the tick at which their streams end: until then they can still learn that they were removed. */
    private final Map<Long, Departed> departed = new TreeMap<>();

    private final int graceTicks;
    private long ticks;

    private record Departed(Member member, long untilTick) {}

    /**
     * @param named by this node's {@code lightraft.toml}
     * @param replicated what the state holds; empty where it keeps none, and the file counts then
     * @param graceTicks how long a removed node keeps its streams
     */
    Members(List<Member> named, List<Member> replicated, int graceTicks) {
        named.forEach(member -> this.named.put(member.raftId(), member));
        (replicated.isEmpty() ? named : replicated).forEach(member -> current.put(member.raftId(), member));
        this.graceTicks = graceTicks;
    }

    List<Member> list() {
        return List.copyOf(current.values());
    }

    /** Null when nobody said where it is. */
    @Nullable
    Member find(long raftId) {
        Member member = current.get(raftId);
        return member != null ? member : named.get(raftId);
    }

    /** What {@code lightraft.toml} says of a node; null when it does not name it. */
    @Nullable
    Member named(long raftId) {
        return named.get(raftId);
    }

    /** In what {@code lightraft.toml} and the state differ, in words; empty when they agree. */
    String differences() {
        List<String> differences = new ArrayList<>();
        current.forEach((id, member) -> {
            Member inFile = named.get(id);
            if (inFile == null) {
                differences.add("node " + member.nodeId() + " is a member and not in the file");
            } else {
                addDifference(differences, member, "clientAddress", inFile.clientAddress(), member.clientAddress());
                addDifference(differences, member, "rpcAddress", inFile.rpcAddress(), member.rpcAddress());
                addDifference(differences, member, "httpAddress", inFile.httpAddress(), member.httpAddress());
            }
        });
        named.forEach((id, inFile) -> {
            if (!current.containsKey(id)) {
                differences.add("node " + inFile.nodeId() + " is in the file and no member");
            }
        });
        return String.join("; ", differences);
    }

    /** Whether {@code lightraft.toml} says something else of one node than the state, which knows it. */
    boolean isElsewhereInFile(long raftId) {
        Member member = current.get(raftId);
        return member != null && !member.stayingLearner(false).equals(named.get(raftId));
    }

    private static void addDifference(
            List<String> differences, Member member, String field, String inFile, String replicated) {
        if (!inFile.equals(replicated)) {
            differences.add(field + " of node " + member.nodeId() + " is " + replicated + ", not " + inFile);
        }
    }

    /** A change was applied. */
    void changed(ConfChange change, ConfState after) {
        for (Member member : MemberCodec.decode(change.context())) {
            current.put(member.raftId(), member);
        }
        for (long id : List.copyOf(current.keySet())) {
            if (!isNamedIn(after, id)) {
                departed.put(id, new Departed(current.remove(id), ticks + graceTicks));
            }
        }
        departed.keySet().removeAll(current.keySet());
    }

    /** The state was replaced by a snapshot. */
    void replaced(List<Member> replicated) {
        if (!replicated.isEmpty()) {
            current.clear();
            replicated.forEach(member -> current.put(member.raftId(), member));
            departed.keySet().removeAll(current.keySet());
        }
    }

    /** Returns whether {@link #peers} has become another. */
    boolean tick() {
        ticks++;
        return departed.values().removeIf(gone -> gone.untilTick() <= ticks);
    }

    /**
     * Whom to have streams with, by raft id: the members, who was removed just now, and who is named by the file and may
     * join; not who would be looked for at the address of a member, though.
     */
    Map<Long, String> peers() {
        Map<Long, String> peers = new TreeMap<>();
        current.forEach((id, member) -> peers.put(id, member.rpcAddress()));
        departed.forEach((id, gone) -> addUnlessTaken(peers, gone.member()));
        named.values().forEach(member -> addUnlessTaken(peers, member));
        return peers;
    }

    private static void addUnlessTaken(Map<Long, String> peers, Member member) {
        if (!peers.containsValue(member.rpcAddress())) {
            peers.putIfAbsent(member.raftId(), member.rpcAddress());
        }
    }

    static boolean isNamedIn(ConfState membership, long id) {
        return membership.voters().contains(id)
                || membership.votersOutgoing().contains(id)
                || membership.learners().contains(id)
                || membership.learnersNext().contains(id);
    }

    /** Those that a membership names, in the order of their ids; one without an address has empty ones. */
    List<Member> in(ConfState membership) {
        Map<Long, Member> found = new TreeMap<>();
        for (List<Long> ids : List.of(membership.voters(), membership.votersOutgoing(), membership.learners())) {
            for (long id : ids) {
                Member member = find(id);
                found.put(id, member == null ? new Member((int) (id - 1), "", "", "") : member);
            }
        }
        return new ArrayList<>(found.values());
    }
}
