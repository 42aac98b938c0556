package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Snapshot;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.sql.SqliteStateMachine;
import io.lightraft.storage.DurableLog;
import io.lightraft.transport.Frame;
import io.lightraft.transport.FrameHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a follower does with a snapshot, and what its next start does after a crash. */
public final class Installation {

    private Installation() {}

    /** Takes a snapshot in and installs it. */
    public static void run(
            Path snapshots, Path copy, SnapshotMetadata metadata, SqliteStateMachine state, DurableLog log)
            throws IOException, InterruptedException {
        SnapshotFiles files = SnapshotFiles.open(snapshots);
        Message.InstallSnapshot message =
                new Message.InstallSnapshot(1, 2, metadata.term(), new Snapshot(metadata, new byte[0]));
        SnapshotIntake intake = new SnapshotIntake(files, state, new Deaf());
        intake.received(message, Files.copy(copy, intake.staging(message)));
        new SnapshotInstaller(files, log).install(message.snapshot(), state::replaceWith);
    }

    /** Finishes or undoes it. */
    public static StateMachine.Applied recover(Path snapshots, SqliteStateMachine state, DurableLog log)
            throws IOException {
        SnapshotFiles files = SnapshotFiles.open(snapshots);
        new SnapshotInstaller(files, log).recover(state, state);
        StateAheadOfLogException.check(state.applied(), log);
        if (files.begun().isPresent()) {
            throw new IllegalStateException("the installation has no end");
        }
        return state.applied();
    }

    private static final class Deaf implements FrameHandler {

        @Override
        public void received(long from, Frame frame) {}

        @Override
        public void unreachable(long peer) {}

        @Override
        public void connected(long peer) {}

        @Override
        public void presumedDead(long peer) {}
    }
}
