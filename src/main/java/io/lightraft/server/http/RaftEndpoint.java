package io.lightraft.server.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lightraft.node.Member;
import io.lightraft.node.ReplicaStatus;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/** {@code GET /actuator/raft}, and the same as {@code /actuator/raft/status}: how this node sees the cluster. */
@Endpoint(id = "raft")
public final class RaftEndpoint {

    private final Supplier<ReplicaStatus> status;

    RaftEndpoint(Supplier<ReplicaStatus> status) {
        this.status = status;
    }

    @ReadOperation
    public Descriptor raft() {
        return Descriptor.of(status.get());
    }

    /** @return null, which is answered with 404, for another view than {@code status} */
    @ReadOperation
    public @Nullable Descriptor view(@Selector String view) {
        return view.equals("status") ? raft() : null;
    }

    /**
     * The reply. Indexes are those of the log.
     *
     * @param nodeId this node's index in {@code lightraft.toml}
     * @param impediment what keeps this node from doing all of its work; left out when nothing does
     * @param leaderId the leader's; null, and still present, when it is not known
     */
    public record Descriptor(
            int nodeId,
            String role,
            long term,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            Integer leaderId,

            long commitIndex,
            long lastApplied,
            long lastLogIndex,
            long firstLogIndex,
            long snapshotIndex,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String impediment,

            List<MemberDescriptor> members) {

        static Descriptor of(ReplicaStatus status) {
            return new Descriptor(
                    status.nodeId(),
                    status.role(),
                    status.term(),
                    status.leaderId(),
                    status.commitIndex(),
                    status.lastApplied(),
                    status.lastLogIndex(),
                    status.firstLogIndex(),
                    status.snapshotIndex(),
                    status.impediment(),
                    status.members().stream().map(MemberDescriptor::of).toList());
        }
    }

    /**
     * A node of the cluster; what this node does not know about it is left out.
     *
     * @param role {@code VOTER} or {@code LEARNER}
     * @param matchIndex how far its log is known to match the leader's; only the leader knows
     * @param lag entries by which it is behind the leader's log; only the leader knows
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record MemberDescriptor(
            int nodeId,
            String role,
            boolean leader,
            String clientAddress,
            String rpcAddress,
            String httpAddress,
            @Nullable Boolean reachable,
            @Nullable Long matchIndex,
            @Nullable Long lag) {

        static MemberDescriptor of(ReplicaStatus.MemberStatus status) {
            Member member = status.member();
            return new MemberDescriptor(
                    member.nodeId(),
                    status.voter() ? "VOTER" : "LEARNER",
                    status.leader(),
                    member.clientAddress(),
                    member.rpcAddress(),
                    member.httpAddress(),
                    status.reachable(),
                    status.matchIndex(),
                    status.lag());
        }
    }
}
