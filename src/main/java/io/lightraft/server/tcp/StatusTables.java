package io.lightraft.server.tcp;

import io.lightraft.node.Member;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.ReplicaStatus.MemberStatus;
import io.lightraft.sql.Column;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A replica's status as tables, named as in {@code /actuator/raft}. What a node can't know is NULL. */
final class StatusTables {

    private StatusTables() {}

    static void status(ReplicaStatus status, TableWriter table) throws IOException {
        table.columns(columns("property", "value"));
        row(table, "nodeId", status.nodeId());
        row(table, "role", status.role());
        row(table, "term", status.term());
        row(table, "leaderId", status.leaderId());
        row(table, "commitIndex", status.commitIndex());
        row(table, "lastApplied", status.lastApplied());
        row(table, "lastLogIndex", status.lastLogIndex());
        row(table, "firstLogIndex", status.firstLogIndex());
        row(table, "snapshotIndex", status.snapshotIndex());
        row(table, "ready", yesOrNo(status.ready()));
        row(table, "failure", status.failure());
        row(table, "impediment", status.impediment());
        table.endOfRows();
    }

    static void nodes(ReplicaStatus status, TableWriter table) throws IOException {
        table.columns(columns(
                "nodeId",
                "clientAddress",
                "rpcAddress",
                "httpAddress",
                "voter",
                "leader",
                "reachable",
                "matchIndex",
                "lag"));
        for (MemberStatus each : status.members()) {
            Member member = each.member();
            row(
                    table,
                    member.nodeId(),
                    member.clientAddress(),
                    member.rpcAddress(),
                    member.httpAddress(),
                    yesOrNo(each.voter()),
                    yesOrNo(each.leader()),
                    yesOrNo(each.reachable()),
                    each.matchIndex(),
                    each.lag());
        }
        table.endOfRows();
    }

    private static List<Column> columns(String... names) {
        return Stream.of(names).map(name -> new Column(name, null)).toList();
    }

    private static void row(TableWriter table, @Nullable Object... values) throws IOException {
        table.row(values);
    }

    private static @Nullable String yesOrNo(@Nullable Boolean value) {
        return value == null ? null : value ? "yes" : "no";
    }
}
