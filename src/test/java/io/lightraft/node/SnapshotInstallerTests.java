package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.lightraft.transport.Frame;
import io.lightraft.transport.FrameHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A crash at any step of an installation leaves the old state or the new one: file, log and membership together. */
class SnapshotInstallerTests {

    private static final ConfState OLD_MEMBERS = ConfState.ofVoters(List.of(1L, 2L, 3L));
    private static final ConfState NEW_MEMBERS = ConfState.ofVoters(List.of(1L, 2L, 4L));
    private static final long OLD_INDEX = 5;
    private static final SnapshotMetadata SNAPSHOT = new SnapshotMetadata(NEW_MEMBERS, 20, 3);

    /** What was done when the process died. */
    enum Step {
        RECEIVED,
        MARKED,
        STATE_CLOSED,
        STATE_REPLACED,
        LOG_RESTARTED,
        ALL
    }

    @TempDir
    Path directory;

    private Path snapshot;

    @BeforeEach
    void prepare() throws IOException {
        try (SqliteStateMachine leader = state("leader")) {
            apply(leader, 1, SNAPSHOT.index(), SNAPSHOT.term(), NEW_MEMBERS);
            snapshot = directory.resolve("snapshot");
            assertThat(leader.copyTo(snapshot))
                    .isEqualTo(new StateMachine.Applied(SNAPSHOT.index(), SNAPSHOT.term(), NEW_MEMBERS));
        }
        try (SqliteStateMachine follower = state("follower");
                DurableLog log = log()) {
            log.append(
                    new HardState(SNAPSHOT.term(), 1, OLD_INDEX),
                    LongStream.rangeClosed(1, 9)
                            .mapToObj(index -> Entry.empty(2, index))
                            .toList());
            log.sync();
            apply(follower, 1, OLD_INDEX, 2, OLD_MEMBERS);
        }
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void aCrashLeavesTheOldStateOrTheNewOne(Step last) throws Exception {
        SnapshotFiles files = files();
        Files.copy(snapshot, files.received(SNAPSHOT.index(), SNAPSHOT.term()));
        die(last, files);

        SnapshotFiles reopened = files();
        try (SqliteStateMachine state = state("follower");
                DurableLog log = log()) {
            new SnapshotInstaller(reopened, log).recover(state, state);
            StateMachine.Applied applied = state.applied();
            if (last == Step.RECEIVED) {
                assertThat(applied).isEqualTo(new StateMachine.Applied(OLD_INDEX, 2, OLD_MEMBERS));
                assertThat(log.lastIndex()).isEqualTo(9);
            } else {
                assertThat(applied).isEqualTo(new StateMachine.Applied(SNAPSHOT.index(), SNAPSHOT.term(), NEW_MEMBERS));
                assertThat(log.firstIndex()).isEqualTo(SNAPSHOT.index() + 1);
                assertThat(log.lastIndex()).isEqualTo(SNAPSHOT.index());
                assertThat(log.term(SNAPSHOT.index())).isEqualTo(SNAPSHOT.term());
            }
            assertThat(log.initialHardState().vote()).isEqualTo(1);
            assertThat(reopened.begun()).isEmpty();
            StateAheadOfLogException.check(applied, log);
        }
        // And once more: nothing of it is left to be done.
        try (SqliteStateMachine state = state("follower")) {
            assertThat(state.applied().index()).isEqualTo(last == Step.RECEIVED ? OLD_INDEX : SNAPSHOT.index());
        }
    }

    /** Runs an installation up to a step, with what the process would leave open closed by the system. */
    private void die(Step last, SnapshotFiles files) throws Exception {
        if (last == Step.RECEIVED) {
            return;
        }
        files.begin(SNAPSHOT);
        Path received = files.received(SNAPSHOT.index(), SNAPSHOT.term());
        Path file = directory.resolve("follower.sqlite");
        if (last.compareTo(Step.STATE_CLOSED) >= 0) {
            Files.deleteIfExists(Path.of(file + "-wal"));
        }
        if (last.compareTo(Step.STATE_REPLACED) >= 0) {
            try (SqliteStateMachine state = state("follower")) {
                state.replaceWith(received);
            }
        }
        if (last.compareTo(Step.LOG_RESTARTED) >= 0) {
            try (DurableLog log = log()) {
                log.installSnapshot(SNAPSHOT);
                log.sync();
            }
        }
        if (last == Step.ALL) {
            files.end();
        }
    }

    @Test
    void aWholeInstallationReplacesStateAndLog() throws Exception {
        SnapshotFiles files = files();
        Files.copy(snapshot, files.received(SNAPSHOT.index(), SNAPSHOT.term()));
        try (SqliteStateMachine state = state("follower");
                DurableLog log = log()) {
            new SnapshotInstaller(files, log).install(new Snapshot(SNAPSHOT, new byte[0]), state::replaceWith);
            assertThat(state.applied().confState()).isEqualTo(NEW_MEMBERS);
            assertThat(log.lastIndex()).isEqualTo(SNAPSHOT.index());
            apply(state, SNAPSHOT.index() + 1, SNAPSHOT.index() + 3, 3, NEW_MEMBERS);
        }
        assertThat(directory.resolve("snapshots")).isEmptyDirectory();
    }

    @Test
    void aSnapshotThatComesTwiceLeavesNoFile() throws Exception {
        SnapshotFiles files = files();
        Message.InstallSnapshot message = new Message.InstallSnapshot(1, 2, 3, new Snapshot(SNAPSHOT, new byte[0]));
        List<Frame> delivered = new ArrayList<>();
        try (SqliteStateMachine state = state("follower");
                DurableLog log = log()) {
            SnapshotIntake intake = new SnapshotIntake(files, state, new Core(delivered));
            intake.received(message, Files.copy(snapshot, intake.staging(message)));
            assertThat(files.received(SNAPSHOT.index(), SNAPSHOT.term())).exists();
            new SnapshotInstaller(files, log).install(message.snapshot(), state::replaceWith);
            intake.received(message, Files.copy(snapshot, intake.staging(message)));
        }
        assertThat(directory.resolve("snapshots")).isEmptyDirectory();
        assertThat(delivered).hasSize(2);
    }

    @Test
    void aSnapshotWhoseInstallationWasUndoneIsTakenAgain() throws Exception {
        SnapshotFiles files = files();
        files.begin(SNAPSHOT);
        Message.InstallSnapshot message = new Message.InstallSnapshot(1, 2, 3, new Snapshot(SNAPSHOT, new byte[0]));
        try (SqliteStateMachine state = state("follower");
                DurableLog log = log()) {
            SnapshotInstaller installer = new SnapshotInstaller(files, log);
            installer.recover(state, state);
            assertThat(state.applied().index()).isEqualTo(OLD_INDEX);
            SnapshotIntake intake = new SnapshotIntake(files, state, new Core(new ArrayList<>()));
            intake.received(message, Files.copy(snapshot, intake.staging(message)));
            installer.install(message.snapshot(), state::replaceWith);
            assertThat(state.applied().index()).isEqualTo(SNAPSHOT.index());
        }
    }

    private record Core(List<Frame> delivered) implements FrameHandler {

        @Override
        public void received(long from, Frame frame) {
            delivered.add(frame);
        }

        @Override
        public void unreachable(long peer) {}

        @Override
        public void connected(long peer) {}

        @Override
        public void presumedDead(long peer) {}
    }

    @Test
    void whatIsNoWholeCopyIsRefused() throws Exception {
        byte[] bytes = Files.readAllBytes(snapshot);
        try (SqliteStateMachine state = state("follower")) {
            Path damaged = Files.write(directory.resolve("cut"), Arrays.copyOf(bytes, bytes.length / 2));
            assertThatThrownBy(() -> state.inspect(damaged)).isInstanceOf(IOException.class);
            Path garbage = Files.write(directory.resolve("garbage"), new byte[8192]);
            assertThatThrownBy(() -> state.inspect(garbage)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> state.inspect(directory.resolve("missing")))
                    .isInstanceOf(IOException.class);
        }
    }

    private SnapshotFiles files() throws IOException {
        return SnapshotFiles.open(directory.resolve("snapshots"));
    }

    private SqliteStateMachine state(String name) {
        return SqliteStateMachine.open(directory.resolve(name + ".sqlite"), ClusterLimits.DEFAULT);
    }

    private DurableLog log() {
        return DurableLog.open(
                directory.resolve("follower.raft"),
                new LogIdentity("test", "0"),
                DurableLogOptions.DEFAULTS.withSegmentBytes(1 << 16),
                new LogRelay());
    }

    private static void apply(SqliteStateMachine state, long from, long to, long term, ConfState last) {
        state.apply(LongStream.rangeClosed(from, to)
                .mapToObj(index ->
                        new CommittedEntry(index, term, null, ByteBuffer.allocate(0), index == to ? last : null))
                .toList());
    }
}
