package io.lightraft.node;

import io.lightraft.raft.Message;

/**
 * Notices a disk that hangs instead of failing: a write is under way, and none of its answers has come for longer than an
 * election takes. Time is counted in ticks of the loop, so a pause of the whole process is no stall. Owned by the raft
 * loop.
 */
final class StallWatch {

    private final long selfId;
    private final int patienceTicks;
    private long openAnswers;
    private long lastProgressTick;
    private long tick;

    /** @param patienceTicks without an answer before the disk counts as hanging */
    StallWatch(long selfId, int patienceTicks) {
        this.selfId = selfId;
        this.patienceTicks = patienceTicks;
    }

    void tick() {
        tick++;
    }

    /** Of a write, only the answers to this node itself are seen here. A write without any is not watched. */
    void handedOut(Message.StorageAppend append) {
        long answers = append.responses().stream()
                .filter(response -> response.to() == selfId)
                .count();
        if (openAnswers == 0) {
            lastProgressTick = tick;
        }
        openAnswers += answers;
    }

    void answered() {
        openAnswers--;
        lastProgressTick = tick;
    }

    boolean isStalled() {
        return openAnswers > 0 && tick - lastProgressTick > patienceTicks;
    }

    long stalledTicks() {
        return isStalled() ? tick - lastProgressTick : 0;
    }
}
