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
     * @throws UnusableException when the receiver had all of it, and found it damaged
     * @throws IOException when it did not get there: the receiver can't be reached, refuses it, or this was interrupted
     */
    void send(long to, Message.InstallSnapshot message, Path file) throws IOException;

    /** The file that was sent is of no use, so that sending it again would be in vain. */
    final class UnusableException extends IOException {

        public UnusableException(String reason) {
            super(reason);
        }
    }
}
