package io.lightraft.server.http;

import io.lightraft.node.ReplicaStatus;
import org.springframework.boot.health.contributor.Health;

/** What the health of a node is, for those who watch it: its reasons are for people. */
final class RaftHealth {

    private RaftHealth() {}

    /** Up unless a failure stopped the node: then only a restart, or a repair, helps. */
    static Health liveness(ReplicaStatus status) {
        String failure = status.failure();
        if (failure != null) {
            return Health.down().withDetail("reason", "stopped: " + failure).build();
        }
        Health.Builder health = Health.up().withDetail("role", status.role());
        if (status.impediment() != null) {
            health.withDetail("impediment", status.impediment());
        }
        return health.build();
    }

    /** Up when the node knows a leader and has caught up. Out of service is a matter of waiting. */
    static Health readiness(ReplicaStatus status) {
        Health.Builder health;
        Integer leaderId = status.leaderId();
        if (status.failure() != null) {
            health = Health.down().withDetail("reason", "stopped: " + status.failure());
        } else if (status.impediment() != null && !status.ready()) {
            health = Health.outOfService().withDetail("reason", status.impediment());
        } else if (leaderId == null) {
            health = Health.outOfService().withDetail("reason", "no leader is known");
        } else if (!status.ready()) {
            health = Health.outOfService().withDetail("reason", "has not caught up yet");
        } else {
            health = Health.up();
        }
        if (leaderId != null) {
            health.withDetail("leaderId", leaderId);
        }
        return health.withDetail("role", status.role())
                .withDetail("term", status.term())
                .withDetail("lastApplied", status.lastApplied())
                .withDetail("commitIndex", status.commitIndex())
                .build();
    }
}
