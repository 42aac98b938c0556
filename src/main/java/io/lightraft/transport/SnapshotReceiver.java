package io.lightraft.transport;

import io.lightraft.raft.Message;
import java.io.IOException;
import java.nio.file.Path;

/** Where a receiving node puts snapshots. Called by one thread at a time. */
public interface SnapshotReceiver {

    /** The file that parts of this snapshot are written to. */
    Path staging(Message.InstallSnapshot message) throws IOException;

    /**
     * The staged file is whole by its checksum: checks it, brings it to the disk and hands the message to the core.
     *
     * @throws IOException when its content is not what the message says; the staged file is gone then
     */
    void received(Message.InstallSnapshot message, Path staged) throws IOException;
}
