package io.lightraft.server.admin;

import io.lightraft.node.FileSizes;
import io.lightraft.node.MemberRequest;
import io.lightraft.node.Replica;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.ReplicaStatus.MemberStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** The calls that show and change who is a member, and who leads. */
final class MemberRoutes {

    private final Replica<?> replica;

    MemberRoutes(Replica<?> replica) {
        this.replica = replica;
    }

    List<AdminRoute> all() {
        return List.of(
                new AdminRoute("GET", "members", false, request -> members()),
                new AdminRoute(
                        "POST",
                        "members",
                        true,
                        request -> change(request, MemberRequest.add(MemberBodies.node(request.json())))),
                new AdminRoute(
                        "POST",
                        "members/change",
                        true,
                        request -> change(request, MemberBodies.change(request.json()))),
                new AdminRoute(
                        "DELETE",
                        "members/{id}",
                        true,
                        request -> change(request, MemberRequest.remove(node(request)))),
                new AdminRoute(
                        "POST",
                        "members/{id}/promote",
                        true,
                        request -> change(request, MemberRequest.promote(node(request)))),
                new AdminRoute(
                        "POST",
                        "members/{id}/demote",
                        true,
                        request -> change(request, MemberRequest.demote(node(request)))),
                new AdminRoute("POST", "leader", true, this::transfer),
                new AdminRoute("POST", "snapshot", false, this::snapshot),
                new AdminRoute("POST", "vacuum", false, this::vacuum));
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
        if (member.member().staysLearner()) {
            fields.put("staysLearner", true);
        }
        if (member.reachable() != null) {
            fields.put("reachable", member.reachable());
        }
        return fields;
    }

    /** The node that the path names. */
    private static int node(AdminRequest request) {
        return AdminRequest.nodeId(request.path().get(1));
    }

    private Object change(AdminRequest request, MemberRequest wish) throws ExecutionException, InterruptedException {
        replica.changeMembers(wish, request.timeout()).get();
        return members();
    }

    private Object transfer(AdminRequest request) throws ExecutionException, InterruptedException {
        int to = request.nodeId();
        replica.transferLeadership(to, request.timeout()).get();
        return Map.of("leaderId", to);
    }

    private Object vacuum(AdminRequest request) throws ExecutionException, InterruptedException {
        FileSizes sizes = replica.upkeep().rewriteFile(request.timeout()).get();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("bytesBefore", sizes.bytesBefore());
        answer.put("bytesAfter", sizes.bytesAfter());
        return answer;
    }

    private Object snapshot(AdminRequest request) throws ExecutionException, InterruptedException {
        return Map.of("index", replica.upkeep().takeSnapshot(request.timeout()).get());
    }
}
