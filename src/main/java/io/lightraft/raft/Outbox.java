package io.lightraft.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * What goes out with the next {@link Ready}. Promises (a vote, an acknowledgement, also to this node itself) wait until
 * all is on disk that was to be written when they were made; everything else goes at once (thesis §3.8, §10.2.1).
 */
final class Outbox {

    private final long selfId;
    private List<Message> messages = new ArrayList<>();
    private List<Message> afterPersisting = new ArrayList<>();
    private List<ReadState> readStates = new ArrayList<>();

    Outbox(long selfId) {
        this.selfId = selfId;
    }

    void send(Message message) {
        if (isPromise(message)) {
            afterPersisting.add(message);
            return;
        }
        Invariant.check(message.to() != selfId, "message to itself: ", message);
        messages.add(message);
    }

    /** Refusals wait as well: they may rest on a vote or an entry that is not on disk yet. */
    private static boolean isPromise(Message message) {
        return message instanceof Message.AppendEntriesResponse
                || message instanceof Message.RequestVoteResponse
                || message instanceof Message.RequestPreVoteResponse;
    }

    void confirmRead(ReadState read) {
        readStates.add(read);
    }

    boolean isEmpty() {
        return messages.isEmpty() && afterPersisting.isEmpty() && readStates.isEmpty();
    }

    boolean hasPromises() {
        return !afterPersisting.isEmpty();
    }

    List<Message> takeMessages() {
        List<Message> taken = messages;
        messages = new ArrayList<>();
        return taken;
    }

    List<Message> takePromises() {
        List<Message> taken = afterPersisting;
        afterPersisting = new ArrayList<>();
        return taken;
    }

    List<ReadState> takeReadStates() {
        List<ReadState> taken = readStates;
        readStates = new ArrayList<>();
        return taken;
    }
}
