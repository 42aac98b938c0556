package io.lightraft.server.http;

import io.lightraft.node.Member;
import io.lightraft.node.ReplicaStatus;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node's state as a test sets it. */
final class TestStatus implements Supplier<ReplicaStatus> {

    private volatile ReplicaStatus status = leading();

    @Override
    public ReplicaStatus get() {
        return status;
    }

    void set(ReplicaStatus newStatus) {
        status = newStatus;
    }

    static ReplicaStatus leading() {
        return new ReplicaStatus(
                0,
                "LEADER",
                7,
                0,
                40,
                39,
                42,
                10,
                9,
                true,
                null,
                null,
                List.of(
                        new ReplicaStatus.MemberStatus(member(0), true, true, 42L, 0L, true),
                        new ReplicaStatus.MemberStatus(member(1), true, false, 40L, 2L, true),
                        new ReplicaStatus.MemberStatus(member(2), false, false, 0L, 42L, false)));
    }

    static ReplicaStatus following(@Nullable Integer leaderId, boolean ready, @Nullable String failure) {
        boolean led = leaderId != null;
        return new ReplicaStatus(
                0,
                led ? "FOLLOWER" : "PRE_CANDIDATE",
                7,
                leaderId,
                40,
                39,
                42,
                10,
                9,
                ready,
                failure,
                null,
                List.of(
                        new ReplicaStatus.MemberStatus(member(0), true, false, null, null, true),
                        new ReplicaStatus.MemberStatus(member(1), true, led, null, null, null)));
    }

    private static Member member(int id) {
        return new Member(id, "127.0.0.1:" + (6453 + id), "127.0.0.1:" + (56453 + id), "127.0.0.1:" + (4001 + id));
    }
}
