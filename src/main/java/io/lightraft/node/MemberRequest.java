package io.lightraft.node;

import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * A wish to change the members, all of it in one step. Who is added becomes a learner, or moves if it is a member; but
 * when others are removed or demoted in the same request those that are added take their place, once they have caught
 * up.
 *
 * @param promote node ids of learners
 * @param demote node ids of members that are to be learners from now on
 * @param remove node ids of members
 */
public record MemberRequest(
        List<NodeAddresses> add, List<Integer> promote, List<Integer> demote, List<Integer> remove) {

    public MemberRequest {
        add = List.copyOf(add);
        promote = List.copyOf(promote);
        demote = List.copyOf(demote);
        remove = List.copyOf(remove);
    }

    public static MemberRequest add(NodeAddresses node) {
        return new MemberRequest(List.of(node), List.of(), List.of(), List.of());
    }

    public static MemberRequest promote(int nodeId) {
        return new MemberRequest(List.of(), List.of(nodeId), List.of(), List.of());
    }

    public static MemberRequest demote(int nodeId) {
        return new MemberRequest(List.of(), List.of(), List.of(nodeId), List.of());
    }

    public static MemberRequest remove(int nodeId) {
        return new MemberRequest(List.of(), List.of(), List.of(), List.of(nodeId));
    }

    boolean isReplacement() {
        return !add.isEmpty() && !(demote.isEmpty() && remove.isEmpty());
    }

    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        add.forEach(node -> changes.add(new Change(Kind.ADD_LEARNER, node.raftId())));
        promote.forEach(node -> changes.add(new Change(Kind.ADD_VOTER, node + 1L)));
        demote.forEach(node -> changes.add(new Change(Kind.ADD_LEARNER, node + 1L)));
        remove.forEach(node -> changes.add(new Change(Kind.REMOVE, node + 1L)));
        return changes;
    }
}
