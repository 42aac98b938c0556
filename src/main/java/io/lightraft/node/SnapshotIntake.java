package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.transport.Frame;
import io.lightraft.transport.FrameHandler;
import io.lightraft.transport.SnapshotReceiver;
import java.io.IOException;
import java.nio.file.Path;

/** Takes in snapshots that a leader sends: the core hears of one when its file is whole, checked and on the disk. */
public final class SnapshotIntake implements SnapshotReceiver {

    private static final String STAGED = "incoming.part";

    private final SnapshotShelf files;
    private final StateFile state;
    private final FrameHandler core;

    public SnapshotIntake(SnapshotFiles files, StateFile state, FrameHandler core) {
        this((SnapshotShelf) files, state, core);
    }

    SnapshotIntake(SnapshotShelf files, StateFile state, FrameHandler core) {
        this.files = files;
        this.state = state;
        this.core = core;
    }

    @Override
    public Path staging(Message.InstallSnapshot message) {
        return files.directory().resolve(STAGED);
    }

    @Override
    public void received(Message.InstallSnapshot message, Path staged) throws IOException {
        SnapshotMetadata metadata = message.snapshot().metadata();
        try {
            StateMachine.Applied content = state.inspect(staged);
            if (content.index() != metadata.index()
                    || content.term() != metadata.term()
                    || !content.confState().equals(metadata.confState())) {
                throw new IOException("it holds the state of index " + content.index() + ", term " + content.term()
                        + ", not of " + metadata.index() + ", " + metadata.term());
            }
        } catch (IOException e) {
            files.delete(staged);
            throw e;
        }
        if (files.isInstalled(metadata.index())) {
            // It came twice, as an answer was lost. The core only says how far it is; the file would stay for ever.
            files.delete(staged);
        } else {
            files.complete(staged, files.received(metadata.index(), metadata.term()));
        }
        core.received(message.from(), new Frame.Raft(message));
    }
}
