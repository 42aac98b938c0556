package io.lightraft.server.admin;

import io.lightraft.node.Replica;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.ReplicaStatus.MemberStatus;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import tools.jackson.databind.JsonNode;

/** The calls that show and change who is a member, and who leads. */
final class MemberRoutes {

    private final Replica<?> replica;

    MemberRoutes(Replica<?> replica) {
        this.replica = replica;
    }

    List<AdminRoute> all() {
        return List.of(
                new AdminRoute("GET", "members", false, request -> members()),
                new AdminRoute("POST", "members", true, request -> change(request, Kind.ADD_LEARNER, request.nodeId())),
                new AdminRoute("POST", "members/change", true, this::joint),
                new AdminRoute("DELETE", "members/{id}", true, this::remove),
                new AdminRoute(
                        "POST",
                        "members/{id}/promote",
                        true,
                        request -> change(
                                request,
                                Kind.ADD_VOTER,
                                AdminRequest.nodeId(request.path().get(1)))),
                new AdminRoute("POST", "leader", true, this::transfer),
                new AdminRoute("POST", "snapshot", false, this::snapshot));
    }

    private Object members() {
        ReplicaStatus now = replica.status();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("leaderId", now.leaderId());
        answer.put("term", now.term());
        answer.put("members", now.members().stream().map(MemberRoutes::member).toList());
        return answer;
    }

    private static Map<String, Object> member(MemberStatus member) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("nodeId", member.member().nodeId());
        fields.put("role", member.voter() ? "VOTER" : "LEARNER");
        fields.put("leader", member.leader());
        fields.put("clientAddress", member.member().clientAddress());
        fields.put("rpcAddress", member.member().rpcAddress());
        fields.put("httpAddress", member.member().httpAddress());
        if (member.reachable() != null) {
            fields.put("reachable", member.reachable());
        }
        return fields;
    }

    private Object change(AdminRequest request, Kind kind, int nodeId) throws ExecutionException, InterruptedException {
        return change(request, List.of(new Change(kind, nodeId + 1L)));
    }

    private Object change(AdminRequest request, List<Change> changes) throws ExecutionException, InterruptedException {
        replica.changeMembers(changes, request.timeout()).get();
        return members();
    }

    private Object remove(AdminRequest request) throws ExecutionException, InterruptedException {
        return change(request, Kind.REMOVE, AdminRequest.nodeId(request.path().get(1)));
    }

    /** Learners become voters and members go, in one step: no moment in which a majority is of neither cluster. */
    private Object joint(AdminRequest request) throws ExecutionException, InterruptedException {
        JsonNode json = request.json();
        List<Change> changes = new ArrayList<>();
        for (String name : json.propertyNames()) {
            Kind kind = switch (name) {
                case "promote" -> Kind.ADD_VOTER;
                case "remove" -> Kind.REMOVE;
                case "add" -> Kind.ADD_LEARNER;
                default ->
                    throw Problem.badRequest("'" + name + "' is not known; there are add, promote and"
                            + " remove, each an array of nodeIds.");
            };
            JsonNode ids = json.get(name);
            if (!ids.isArray()) {
                throw Problem.badRequest("'" + name + "' must be an array of nodeIds.");
            }
            for (JsonNode id : ids) {
                changes.add(new Change(kind, AdminRequest.nodeId(id) + 1L));
            }
        }
        long named = changes.stream().map(Change::nodeId).distinct().count();
        if (changes.isEmpty() || named != changes.size()) {
            throw Problem.badRequest("the body must name at least one node, and none twice.");
        }
        return change(request, changes);
    }

    private Object transfer(AdminRequest request) throws ExecutionException, InterruptedException {
        int to = request.nodeId();
        replica.transferLeadership(to, request.timeout()).get();
        return Map.of("leaderId", to);
    }

    private Object snapshot(AdminRequest request) throws ExecutionException, InterruptedException {
        return Map.of("index", replica.takeSnapshot(request.timeout()).get());
    }
}
