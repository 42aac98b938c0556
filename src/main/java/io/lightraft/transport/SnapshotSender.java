package io.lightraft.transport;

import io.lightraft.raft.Message;
import java.io.IOException;
import java.nio.file.Path;

/** Carries a snapshot's file to a follower. */
public interface SnapshotSender {

    /**
     * Sends the file, and returns when the receiver has all of it, verified and on its disk. What an attempt before has
     * brought there is not sent again. Blocks; by several threads for several receivers.
     *
     * @param message handed to the receiver's core behind the file
     * @throws IOException when it did not get there: the receiver can't be reached, refuses it, or this was interrupted
     */
    void send(long to, Message.InstallSnapshot message, Path file) throws IOException;
}
