package io.lightraft.node;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Raft;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which changes of the members make sense. Every method throws what the caller is answered. Owned by the raft loop. */
final class MemberRules {

    private final Raft raft;
    private final Members members;

    MemberRules(Raft raft, Members members) {
        this.raft = raft;
        this.members = members;
    }

    /** What is to be proposed, and the addresses that travel with it. */
    record Checked(List<Change> changes, List<Member> addresses) {}

    /**
     * Checks all of a change. Who is added is looked for where somebody says, else where {@code lightraft.toml} says; a
     * member that is added again elsewhere has moved.
     *
     * @param demoted node ids of those that become learners, and stay it
     * @throws ReplicaException.Rejected when it makes no sense
     */
    Checked check(List<Change> asked, List<NodeAddresses> said, List<Integer> demoted) {
        ConfState now = raft.status().confState();
        List<Change> changes = new ArrayList<>();
        List<Member> addresses = new ArrayList<>();
        for (Change change : asked) {
            NodeAddresses place = said.stream()
                    .filter(each -> each.raftId() == change.nodeId())
                    .findFirst()
                    .orElse(NodeAddresses.unsaid((int) (change.nodeId() - 1)));
            if (change.kind() == Kind.ADD_LEARNER && demoted.contains(place.nodeId())) {
                addresses.add(demoted(change.nodeId()));
                boolean votes = now.voters().contains(change.nodeId());
                changes.add(votes ? change : new Change(Kind.UPDATE, change.nodeId()));
            } else if (change.kind() == Kind.ADD_LEARNER && Members.isNamedIn(now, change.nodeId())) {
                addresses.add(moved(place));
                changes.add(new Change(Kind.UPDATE, change.nodeId()));
            } else if (change.kind() == Kind.ADD_LEARNER) {
                addresses.add(place.completedBy(members.named(change.nodeId())));
                changes.add(change);
            } else {
                refuseSenseless(change);
                changes.add(change);
                if (change.kind() == Kind.ADD_VOTER && staysLearner(change.nodeId())) {
                    addresses.add(
                            place.completedBy(members.find(change.nodeId())).stayingLearner(false));
                }
            }
        }
        refuseNoVoters(changes, now);
        refuseSharedAddresses(addresses);
        return new Checked(changes, addresses);
    }

    /** Whether somebody has taken its vote away, so that it gets it back from somebody only. */
    boolean staysLearner(long id) {
        Member member = members.find(id);
        return member != null && member.staysLearner();
    }

    private Member demoted(long id) {
        Member member = members.find(id);
        if (member == null || !Members.isNamedIn(raft.status().confState(), id)) {
            throw new ReplicaException.Rejected("node " + (id - 1) + " is no member. See GET /admin/members.");
        } else if (member.staysLearner()) {
            throw new ReplicaException.Rejected("node " + (id - 1) + " is a learner already, and stays one.");
        }
        return member.stayingLearner(true);
    }

    private Member moved(NodeAddresses place) {
        Member before = members.find(place.raftId());
        Member after = place.completedBy(before);
        if (after.equals(before)) {
            throw new ReplicaException.Rejected("node " + place.nodeId() + " is a member already"
                    + (place.saysNothing() ? "" : ", at these addresses")
                    + ". If it lost its disk, just start it: it is rebuilt.");
        }
        if (before != null
                && place.raftId() == raft.id()
                && !before.rpcAddress().equals(after.rpcAddress())) {
            // Its followers would look for it there before its answer is out.
            throw new ReplicaException.Rejected("rpcAddress of node " + place.nodeId() + " can't change while it leads."
                    + " Let another node lead first, with POST /admin/leader.");
        }
        return after;
    }

    /** Whether it is a member, and not to be found elsewhere than somebody says. */
    boolean isThere(NodeAddresses place) {
        if (!Members.isNamedIn(raft.status().confState(), place.raftId())) {
            return false;
        }
        if (!place.completedBy(members.find(place.raftId())).equals(members.find(place.raftId()))) {
            throw new ReplicaException.Rejected("node " + place.nodeId() + " is a member already, at other addresses."
                    + " Change these first, with POST /admin/members.");
        }
        return true;
    }

    /** A removal or promotion by itself. */
    void refuseSenseless(Change change) {
        ConfState now = raft.status().confState();
        long id = change.nodeId();
        String node = "node " + (id - 1);
        boolean voter = now.voters().contains(id);
        boolean learner = now.learners().contains(id);
        String wrong = null;
        if (change.kind() == Kind.REMOVE && !voter && !learner) {
            wrong = node + " is no member. See GET /admin/members.";
        } else if (change.kind() == Kind.ADD_VOTER && voter) {
            wrong = node + " is a voter already.";
        } else if (change.kind() == Kind.ADD_VOTER && !learner) {
            wrong = node + " is no member. Add it first, with POST /admin/members.";
        }
        if (wrong != null) {
            throw new ReplicaException.Rejected(wrong);
        }
    }

    private static void refuseNoVoters(List<Change> changes, ConfState now) {
        List<Long> losing = changes.stream()
                .filter(change -> change.kind() == Kind.REMOVE || change.kind() == Kind.ADD_LEARNER)
                .map(Change::nodeId)
                .toList();
        if (losing.isEmpty()) {
            return;
        }
        boolean votersAdded = changes.stream().anyMatch(change -> change.kind() == Kind.ADD_VOTER);
        if (!votersAdded && losing.containsAll(now.voters())) {
            throw new ReplicaException.Rejected("no voter would be left. Add another one first.");
        }
    }

    /** One socket of one machine has one owner. Two nodes under one address would each get what is the other's. */
    private void refuseSharedAddresses(List<Member> addresses) {
        for (int i = 0; i < addresses.size(); i++) {
            Member member = addresses.get(i);
            Map<String, String> taken = new LinkedHashMap<>();
            for (Member other : members.list()) {
                if (other.nodeId() != member.nodeId()
                        && addresses.stream().noneMatch(moved -> moved.nodeId() == other.nodeId())) {
                    take(other, taken);
                }
            }
            addresses.subList(0, i).forEach(other -> take(other, taken));
            refuseIfTaken(member, taken);
        }
    }

    private static void refuseIfTaken(Member member, Map<String, String> taken) {
        fieldsOf(member).forEach((field, address) -> {
            String owner = taken.entrySet().stream()
                    .filter(other -> isSame(other.getKey(), address))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
            if (owner != null) {
                throw new ReplicaException.Rejected(field + " " + address + " of node " + member.nodeId()
                        + " is taken: it is the " + owner + ". Give each an address of its own.");
            }
            taken.put(address, field + " of node " + member.nodeId());
        });
    }

    private static void take(Member member, Map<String, String> taken) {
        fieldsOf(member).forEach((field, address) -> taken.put(address, field + " of node " + member.nodeId()));
    }

    private static Map<String, String> fieldsOf(Member member) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("clientAddress", member.clientAddress());
        fields.put("rpcAddress", member.rpcAddress());
        fields.put("httpAddress", member.httpAddress());
        return fields;
    }

    private static boolean isSame(String one, String other) {
        @Nullable HostPort first = parsed(one);
        @Nullable HostPort second = parsed(other);
        return first != null && second != null && first.isSameAs(second);
    }

    private static @Nullable HostPort parsed(String address) {
        try {
            return HostPort.parse(address);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
