package io.lightraft.server.admin;

import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.ReplicaStatus.MemberStatus;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Supplier;

/** Sends a request on to the leader, and its answer back. */
final class LeaderForwarding {

    /** How often the request was sent on; nodes that differ about the leader must not pass it round for ever. */
    static final String HOPS_HEADER = "Lightraft-Forwarded";

    private static final int MAX_HOPS = 2;
    private static final Duration SPARE = Duration.ofSeconds(2);

    private final Supplier<ReplicaStatus> status;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    LeaderForwarding(Supplier<ReplicaStatus> status) {
        this.status = status;
    }

    boolean isLeader() {
        ReplicaStatus now = status.get();
        return now.leaderId() != null && now.leaderId() == now.nodeId();
    }

    void forward(AdminRequest request, int hops, HttpServletResponse response)
            throws IOException, InterruptedException {
        String leader = leaderAddress(status.get());
        if (hops >= MAX_HOPS) {
            throw new Problem(503, "No leader", "the leader is changing. Nothing was done; ask again.");
        }
        String query = request.query() == null ? "" : "?" + request.query();
        HttpRequest forwarded = HttpRequest.newBuilder(
                        URI.create("http://" + leader + "/admin/" + String.join("/", request.path()) + query))
                .timeout(request.timeout().plus(SPARE))
                .header(HOPS_HEADER, String.valueOf(hops + 1))
                .header("Content-Type", "application/json")
                .method(request.method(), BodyPublishers.ofByteArray(request.body()))
                .build();
        HttpResponse<byte[]> answer;
        try {
            answer = client.send(forwarded, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new Problem(
                    502,
                    "Leader not reached",
                    "the leader at " + leader + " gave no answer. See GET /admin/members before you ask again.");
        }
        response.setStatus(answer.statusCode());
        answer.headers().firstValue("Content-Type").ifPresent(response::setContentType);
        response.getOutputStream().write(answer.body());
    }

    private static String leaderAddress(ReplicaStatus now) {
        return now.members().stream()
                .filter(MemberStatus::leader)
                .map(leader -> leader.member().httpAddress())
                .findFirst()
                .orElseThrow(() -> new Problem(
                        503,
                        "No leader",
                        now.impediment() == null
                                ? "no leader is known. Nothing was done; ask again when a majority of the voters runs."
                                : now.impediment() + "."));
    }
}
