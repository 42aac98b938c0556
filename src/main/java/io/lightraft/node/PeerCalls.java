package io.lightraft.node;

import java.io.IOException;
import java.time.Duration;

/** Questions to another node that are no business of Raft's. */
public interface PeerCalls {

    /**
     * Blocks until the answer is there.
     *
     * @param nodeId the other node's index
     * @param json the question
     * @throws IOException when there is no answer within the timeout; the question may have been taken all the same
     */
    byte[] call(int nodeId, byte[] json, Duration timeout) throws IOException;
}
