package io.lightraft.transport;

import io.lightraft.raft.Entry;
import io.lightraft.raft.Message;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What waits for one stream's sender: many threads put in, the sender takes out. Bounded by count and by bytes. */
final class FrameQueue {

    /** What became of a frame. */
    enum Offer {
        TAKEN,
        /** Dropped, and the first one since the queue was last empty. */
        FIRST_DROPPED,
        DROPPED
    }

    private final int maxFrames;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private long bytes;
    private boolean overflowing;
    private boolean woken;

    FrameQueue(int maxFrames, long maxBytes) {
        this.maxFrames = maxFrames;
        this.maxBytes = maxBytes;
    }

    Offer offer(Frame frame) {
        long size = approximateBytes(frame);
        lock.lock();
        try {
            // A frame that is larger than the bound must still get through, alone.
            boolean full = frames.size() >= maxFrames || (!frames.isEmpty() && bytes + size > maxBytes);
            if (full) {
                boolean first = !overflowing;
                overflowing = true;
                return first ? Offer.FIRST_DROPPED : Offer.DROPPED;
            }
            frames.add(frame);
            bytes += size;
            changed.signal();
            return Offer.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    /** The next frame, or null at once when there is none. */
    @Nullable
    Frame poll() {
        lock.lock();
        try {
            return remove();
        } finally {
            lock.unlock();
        }
    }

    /** The next frame, or null when none came within the time or {@link #wake} was called. */
    @Nullable
    Frame poll(long waitMillis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(waitMillis);
        lock.lock();
        try {
            while (frames.isEmpty() && !woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            return remove();
        } finally {
            lock.unlock();
        }
    }

    /** Waits, whatever is queued, until the time is over or {@link #wake} is called. */
    void pause(long waitMillis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(waitMillis);
        lock.lock();
        try {
            while (!woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the sender's wait, now or the next one. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            frames.clear();
            bytes = 0;
            overflowing = false;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Frame remove() {
        Frame frame = frames.poll();
        if (frame == null) {
            overflowing = false;
        } else {
            bytes -= approximateBytes(frame);
        }
        return frame;
    }

    /** Close to what the line will take; cheap, as it is counted on the raft loop. */
    static long approximateBytes(Frame frame) {
        long payload = 0;
        int items = 0;
        if (frame instanceof Frame.Proposals proposals) {
            items = proposals.commands().size();
            for (byte[] command : proposals.commands()) {
                payload += command.length;
            }
        } else if (frame instanceof Frame.Raft raft) {
            List<Entry> entries = List.of();
            if (raft.message() instanceof Message.AppendEntries append) {
                entries = append.entries();
            } else if (raft.message() instanceof Message.Propose propose) {
                entries = propose.entries();
            } else if (raft.message() instanceof Message.InstallSnapshot install) {
                payload = install.snapshot().data().length;
            }
            items = entries.size();
            for (Entry entry : entries) {
                payload += entry.data().length;
            }
        }
        return 100 + items * 20L + payload * 4 / 3;
    }
}
