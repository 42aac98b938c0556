package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.sql.ClusterLimits;
import io.lightraft.sql.SqliteStateMachine;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.DurableLogOptions;
import io.lightraft.storage.LogIdentity;
import io.lightraft.transport.SnapshotSender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader's side: several snapshots at once, beside its own compaction. */
class SnapshotsTests {

    private static final ConfState MEMBERS = ConfState.ofVoters(List.of(1L, 2L, 3L));

    @TempDir
    Path directory;

    private final HeldSender sender = new HeldSender();
    private SqliteStateMachine state;
    private DurableLog log;
    private SnapshotFiles files;
    private Snapshots snapshots;
    private Runnable duringCopy = () -> {};
    private Compaction compaction;

    /** Sends nothing until it is let go; then the file must be what it was. */
    private static final class HeldSender implements SnapshotSender {

        private final Map<Long, CountDownLatch> held =
                new ConcurrentHashMap<>(Map.of(2L, new CountDownLatch(1), 3L, new CountDownLatch(1)));
        private final Map<Long, Path> begun = new ConcurrentHashMap<>();
        private final Map<Long, Boolean> whole = new ConcurrentHashMap<>();
        private volatile boolean unusable;

        @Override
        public void send(long to, Message.InstallSnapshot message, Path file) throws IOException {
            byte[] before = Files.readAllBytes(file);
            begun.put(to, file);
            try {
                assertThat(held.get(to).await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (unusable) {
                throw new UnusableException("the snapshot is damaged");
            }
            whole.put(to, Arrays.equals(before, Files.readAllBytes(file)));
        }
    }

    /** Something happens before a copy is made. */
    private final class SlowState implements StateFile {

        @Override
        public StateMachine.Applied copyTo(Path target) throws IOException {
            duringCopy.run();
            return state.copyTo(target);
        }

        @Override
        public StateMachine.Applied inspect(Path copy) throws IOException {
            return state.inspect(copy);
        }

        @Override
        public StateMachine.Applied replaceWith(Path copy) throws IOException {
            return state.replaceWith(copy);
        }

        @Override
        public boolean makeDurable() {
            return state.makeDurable();
        }
    }

    @BeforeEach
    void open() throws IOException {
        state = SqliteStateMachine.open(directory.resolve("leader.sqlite"), ClusterLimits.DEFAULT);
        state.bootstrap(new StateMachine.Applied(1, 1, MEMBERS));
        log = DurableLog.open(
                directory.resolve("leader.raft"),
                new LogIdentity("test", "0"),
                DurableLogOptions.DEFAULTS.withSegmentBytes(1 << 16),
                new LogRelay());
        log.installSnapshot(new SnapshotMetadata(MEMBERS, 1, 1));
        files = SnapshotFiles.open(directory.resolve("snapshots"));
        snapshots = new Snapshots(files, new SlowState(), log, sender, 0);
        compaction = new Compaction(LogRetention.ofEntries(5), state, 1, snapshots::oldestUnderWay, log::compactTo);
    }

    @AfterEach
    void close() {
        snapshots.close();
        log.close();
        state.close();
    }

    @Test
    void aSecondOneIsServedWhileTheFirstIsOnItsWayAndTheLogIsShortenedBeside() throws Exception {
        write(2, 20);
        SnapshotMetadata first = snapshots.take().get(30, TimeUnit.SECONDS);
        snapshots.send(new Message.InstallSnapshot(1, 2, 1, new Snapshot(first, new byte[0])));
        await().until(() -> sender.begun.containsKey(2L));

        write(21, 60);
        compaction.compactIfDue();
        assertThat(log.firstIndex()).as("what follows the first one stays").isEqualTo(21);

        SnapshotMetadata second = snapshots.take().get(30, TimeUnit.SECONDS);
        assertThat(second.index()).isEqualTo(60);
        snapshots.send(new Message.InstallSnapshot(1, 3, 1, new Snapshot(second, new byte[0])));
        await().until(() -> sender.begun.containsKey(3L));
        assertThat(sender.begun.get(3L)).isNotEqualTo(sender.begun.get(2L));
        assertThat(state.inspect(sender.begun.get(2L)).index()).isEqualTo(20);
        assertThat(state.inspect(sender.begun.get(3L)).index()).isEqualTo(60);

        sender.held.get(2L).countDown();
        await().until(() -> snapshots.oldestUnderWay() == 60);
        assertThat(sender.whole).containsEntry(2L, true);
        await().until(() -> !Files.exists(sender.begun.get(2L)));
        compaction.compactTo(60);
        assertThat(log.firstIndex()).isEqualTo(61);

        sender.held.get(3L).countDown();
        await().until(() -> snapshots.oldestUnderWay() == Long.MAX_VALUE);
        assertThat(sender.whole).containsEntry(3L, true);
        assertThat(sender.begun.get(3L)).as("the newest one is kept").exists();
    }

    @Test
    void nothingLeavesTheLogWhileACopyIsMadeForAFollowerAndUntilItIsOnItsWay() throws Exception {
        write(2, 20);
        CountDownLatch going = new CountDownLatch(1);
        duringCopy = () -> {
            write(21, 60);
            compaction.compactIfDue();
            assertThat(log.firstIndex()).isEqualTo(2);
            going.countDown();
        };
        snapshots.wanted();
        assertThat(going.await(30, TimeUnit.SECONDS)).isTrue();
        await().until(() -> snapshots.oldestUnderWay() > 0);
        write(61, 200);
        compaction.compactIfDue();
        long index = log.snapshot().metadata().index();
        assertThat(log.firstIndex()).isEqualTo(index + 1);

        snapshots.send(new Message.InstallSnapshot(1, 2, 1, log.snapshot()));
        await().until(() -> sender.begun.containsKey(2L));
        assertThat(snapshots.oldestUnderWay()).isEqualTo(index);
    }

    // Its pages may have rotted on this node's disk.
    @Test
    void oneThatAFollowerFoundDamagedIsNotOfferedAgain() throws Exception {
        write(2, 20);
        SnapshotMetadata taken = snapshots.take().get(30, TimeUnit.SECONDS);
        sender.unusable = true;
        sender.held.get(2L).countDown();
        snapshots.send(new Message.InstallSnapshot(1, 2, 1, log.snapshot()));
        await().untilAsserted(() -> assertThat(files.made(taken)).doesNotExist());
        assertThatThrownBy(log::snapshot).hasMessageContaining("no snapshot is ready");
    }

    @Test
    void copiesThatTheLogCantGoOnFromAreDeleted() throws Exception {
        write(2, 20);
        SnapshotMetadata taken = snapshots.take().get(30, TimeUnit.SECONDS);
        Path unneeded = Files.createFile(files.received(20, 1));
        Path coming = Files.createFile(files.received(60, 1));
        snapshots.logBeginsBehind(20);
        snapshots.beside(() -> "done").get(30, TimeUnit.SECONDS);
        assertThat(files.made(taken)).exists();

        snapshots.logBeginsBehind(21);
        await().untilAsserted(() -> assertThat(unneeded).doesNotExist());
        assertThat(files.made(taken)).doesNotExist();
        assertThat(coming).exists();
    }

    private void write(long from, long to) {
        log.append(
                HardState.EMPTY,
                LongStream.rangeClosed(from, to)
                        .mapToObj(index -> Entry.empty(1, index))
                        .toList());
        log.sync();
        state.apply(LongStream.rangeClosed(from, to)
                .mapToObj(index -> new CommittedEntry(index, 1, null, ByteBuffer.allocate(0), null))
                .toList());
        LongStream.rangeClosed(from, to).forEach(index -> compaction.applied(index, 10));
    }
}
