package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.EntryHeader;
import io.lightraft.node.UnappliableEntryException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An entry that can't be read, and the word of an operator that it shall do nothing. */
class SkipTests {

    @TempDir
    Path directory;

    private final Log log = new Log(0);
    private final CommittedEntry create = log.entry("CREATE TABLE t(a)");
    private final CommittedEntry before = log.entry("INSERT INTO t VALUES(1)");
    private final CommittedEntry unreadable = unreadable(log.entry("SELECT 1").index());
    private final CommittedEntry behind = log.entry("INSERT INTO t VALUES(2)");

    private static CommittedEntry unreadable(long index) {
        EntryHeader header = new EntryHeader(1, 0, 0, new UUID(1, 2), index);
        return new CommittedEntry(index, 1, header, ByteBuffer.wrap(new byte[] {77}), null);
    }

    private SqliteStateMachine open(int node) {
        return SqliteStateMachine.open(file(node), ClusterLimits.DEFAULT);
    }

    private Path file(int node) {
        return directory.resolve("lightraft-" + node + ".sqlite");
    }

    @Test
    void itStopsTheNodeWithTheCommandThatSkipsIt() {
        try (SqliteStateMachine machine = open(0)) {
            List<CommittedEntry> batch = List.of(create, before, unreadable, behind);
            assertThatThrownBy(() -> machine.apply(batch))
                    .isInstanceOf(UnappliableEntryException.class)
                    .hasMessageContaining("index 3 can't be applied: command format version 77")
                    .hasMessageContaining("skip --index=3");
        }
    }

    @Test
    void nodesThatSkipItStayEqualAndOneThatAppliesItDiffers() {
        long[] hashes = new long[3];
        for (int node = 0; node < 2; node++) {
            open(node).close();
            SqliteStateMachine.skip(file(node), ClusterLimits.DEFAULT, 3);
            try (SqliteStateMachine machine = open(node)) {
                assertThat(machine.skips(3)).isTrue();
                if (node == 0) {
                    machine.apply(List.of(create, before, unreadable, behind));
                } else {
                    List.of(create, before, unreadable, behind).forEach(entry -> machine.apply(List.of(entry)));
                }
                assertThat(machine.applied().index()).isEqualTo(4);
                hashes[node] = machine.outcomeHash();
            }
        }
        try (SqliteStateMachine machine = open(2)) {
            CommittedEntry empty = new CommittedEntry(3, 1, null, ByteBuffer.allocate(0), null);
            machine.apply(List.of(create, before, empty, behind));
            hashes[2] = machine.outcomeHash();
        }
        assertThat(hashes[1]).isEqualTo(hashes[0]).isNotEqualTo(hashes[2]);
    }

    @Test
    void whatIsAppliedCanNotBeSkipped() {
        try (SqliteStateMachine machine = open(0)) {
            machine.apply(List.of(create, before));
        }
        assertThatThrownBy(() -> SqliteStateMachine.skip(file(0), ClusterLimits.DEFAULT, 2))
                .isInstanceOf(NodeFault.class)
                .hasMessageContaining("has been applied");
    }
}
