package io.lightraft.raft.tracker;

import java.util.ArrayDeque;
import java.util.Deque;

/** The window of appends that are under way to one peer, oldest first, bounded in number and in payload bytes. */
public final class Inflights {

    private record Append(long lastIndex, long bytes) {}

    private final int maxMessages;
    private final long maxBytes;
    private final Deque<Append> appends = new ArrayDeque<>();
    private long bytes;

    /** @param maxBytes 0 for no limit */
    public Inflights(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /** An append up to {@code lastIndex} was sent; must not be called when {@link #isFull}. */
    public void add(long lastIndex, long payloadBytes) {
        if (isFull()) {
            throw new IllegalStateException("cannot add to a full window");
        }
        appends.addLast(new Append(lastIndex, payloadBytes));
        bytes += payloadBytes;
    }

    /** The peer has answered up to {@code index}: that append and all before it are no longer under way. */
    public void freeUpTo(long index) {
        while (!appends.isEmpty() && appends.getFirst().lastIndex() <= index) {
            bytes -= appends.removeFirst().bytes();
        }
    }

    /** Bytes may pass the limit by the last append that was let in. */
    public boolean isFull() {
        return appends.size() >= maxMessages || (maxBytes != 0 && bytes >= maxBytes);
    }

    public int count() {
        return appends.size();
    }

    void clear() {
        appends.clear();
        bytes = 0;
    }
}
