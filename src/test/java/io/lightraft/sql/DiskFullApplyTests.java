package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.StateMachine;
import io.lightraft.storage.SmallDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is committed has to be applied: a disk without room for it is waited for, and shows in no result. */
class DiskFullApplyTests {

    private static final int BATCH = 20;

    @TempDir
    Path directory;

    @Test
    void aFullDiskIsWaitedForAndLeavesTheSameResultsAsARoomyOne() throws Exception {
        List<CommittedEntry> entries = entries();
        SqliteStateMachine roomy = open(directory.resolve("roomy.sqlite"));
        List<String> expected = play(roomy, entries);
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("small"), 24)) {
            SqliteStateMachine small = open(disk.directory().resolve("small.sqlite"));
            AtomicInteger waits = new AtomicInteger();
            AtomicInteger found = new AtomicInteger();
            small.onFullDisk(waiter(waits, found, disk));
            List<String> seen = new ArrayList<>();
            for (int from = 0; from < entries.size(); from += BATCH) {
                if (from % (4 * BATCH) == 0) {
                    disk.fillUpTo(100_000);
                }
                seen.addAll(play(small, entries.subList(from, Math.min(entries.size(), from + BATCH))));
                if (disk.freeBytes() < 1 << 20) {
                    disk.clear();
                }
            }
            assertThat(found).hasPositiveValue();
            assertThat(waits).hasValueGreaterThan(found.get());
            assertThat(seen).isEqualTo(expected);
            assertThat(small.outcomeHash()).isEqualTo(roomy.outcomeHash());
            assertThat(small.applied()).isEqualTo(roomy.applied());
            small.close();
        }
        roomy.close();
    }

    @Test
    void withoutAnybodyWhoWaitsItIsAFaultOfTheNodeAndNothingIsApplied() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("small"), 8)) {
            SqliteStateMachine machine = open(disk.directory().resolve("small.sqlite"));
            Log.run(machine, "CREATE TABLE t(a)");
            disk.fillUpTo(0);
            StateMachine.Applied before = machine.applied();
            assertThatThrownBy(() -> Log.run(machine, "INSERT INTO t VALUES(zeroblob(900000))"))
                    .isInstanceOf(NodeFault.class)
                    .hasMessageContaining("full");
            assertThat(machine.applied()).isEqualTo(before);
            disk.clear();
            assertThat(Log.run(machine, "INSERT INTO t VALUES(zeroblob(900000))"))
                    .containsExactly(new StatementResult.Changed(1, 1));
            machine.close();
        }
    }

    @Test
    void whatHasNoRoomInTheFileStaysInTheWriteAheadLogAndIsNotCalledDurable() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("small"), 8)) {
            Path file = disk.directory().resolve("small.sqlite");
            SqliteStateMachine machine = open(file);
            Log.run(machine, "CREATE TABLE t(a)");
            assertThat(machine.makeDurable()).isTrue();
            disk.fillUpTo(1_500_000);
            Log.run(machine, "INSERT INTO t VALUES(zeroblob(1000000))");
            assertThat(machine.makeDurable()).isFalse();
            assertThatThrownBy(() -> machine.copyTo(disk.directory().resolve("copy")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has no room in " + disk.directory() + ": make room there");
            machine.close();
            disk.clear();
            SqliteStateMachine again = open(file);
            assertThat(again.makeDurable()).isTrue();
            Log.run(again, "DELETE FROM t WHERE length(a) = 1000000");
            again.close();
        }
    }

    private static StateMachine.RoomWaiter waiter(AtomicInteger waits, AtomicInteger found, SmallDisk disk) {
        return new StateMachine.RoomWaiter() {
            @Override
            public boolean awaitRoom(String what, boolean first) {
                if (waits.incrementAndGet() % 3 == 0) {
                    try {
                        disk.clear();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return true;
            }

            @Override
            public void roomFound() {
                found.incrementAndGet();
            }
        };
    }

    /** Batches of all kinds: plain ones, some that lose their transaction, and some that need their own. */
    private static List<CommittedEntry> entries() {
        Log log = new Log(0);
        List<CommittedEntry> entries = new ArrayList<>();
        entries.add(log.entry("CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT, b, c UNIQUE)"));
        entries.add(log.entry("CREATE TABLE d(a REFERENCES t(a) DEFERRABLE INITIALLY DEFERRED)"));
        entries.add(log.entry("DROP TABLE d"));
        for (int i = 0; i < 200; i++) {
            entries.add(
                    switch (i % 10) {
                        case 3 -> log.entry("INSERT OR ROLLBACK INTO t(c) VALUES(" + (i - 3) + ")");
                        case 5 ->
                            log.atomic(
                                    "INSERT INTO t(b, c) VALUES(randomblob(30000), " + i + ")",
                                    "UPDATE t SET b = last_insert_rowid() WHERE a = last_insert_rowid()");
                        case 8 -> log.entry("PRAGMA defer_foreign_keys", "DELETE FROM t WHERE a < " + (i - 40));
                        default -> log.entry("INSERT INTO t(b, c) VALUES(randomblob(30000), " + i + ")");
                    });
        }
        return entries;
    }

    private static List<String> play(SqliteStateMachine machine, List<CommittedEntry> entries) {
        return machine.apply(entries).stream().map(String::valueOf).toList();
    }

    private static SqliteStateMachine open(Path file) {
        return SqliteStateMachine.open(file, ClusterLimits.DEFAULT);
    }
}
