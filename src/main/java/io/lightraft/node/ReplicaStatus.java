package io.lightraft.node;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A replica at one moment.
 *
 * @param role {@code LEADER}, {@code FOLLOWER}, {@code CANDIDATE}, {@code PRE_CANDIDATE}, {@code LEARNER}, {@code REMOVED},
 *     {@code BLANK} before it has any data, or {@code STOPPED} after a failure
 * @param leaderId the leader's node index, null when unknown
 * @param ready knows a leader and has applied what was committed when it learned of it
 * @param failure why the node stopped, null while it runs
 * @param impediment what keeps a node that runs from doing all of its work, null when nothing does
 */
public record ReplicaStatus(
        int nodeId,
        String role,
        long term,
        @Nullable Integer leaderId,
        long commitIndex,
        long lastApplied,
        long lastLogIndex,
        long firstLogIndex,
        long snapshotIndex,
        boolean ready,
        @Nullable String failure,
        @Nullable String impediment,
        List<MemberStatus> members) {

    /** The same some time later, when nobody knows whether it still is so. */
    ReplicaStatus outdated() {
        return new ReplicaStatus(
                nodeId,
                role,
                term,
                leaderId,
                commitIndex,
                lastApplied,
                lastLogIndex,
                firstLogIndex,
                snapshotIndex,
                false,
                failure,
                impediment,
                members);
    }

    ReplicaStatus failed(String reason) {
        return new ReplicaStatus(
                nodeId,
                "STOPPED",
                term,
                null,
                commitIndex,
                lastApplied,
                lastLogIndex,
                firstLogIndex,
                snapshotIndex,
                false,
                reason,
                null,
                members);
    }

    /**
     * @param voter false for a learner
     * @param leader whether this node takes it for the leader
     * @param matchIndex how far its log is known to match, null unless this node is the leader
     * @param lag entries it is behind the leader's log, null unless this node is the leader
     * @param reachable heard from lately; null when this node has no way to know (it is neither leader nor that node)
     */
    public record MemberStatus(
            Member member,
            boolean voter,
            boolean leader,
            @Nullable Long matchIndex,
            @Nullable Long lag,
            @Nullable Boolean reachable) {}
}
