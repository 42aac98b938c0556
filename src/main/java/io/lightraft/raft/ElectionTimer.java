package io.lightraft.raft;

/**
 * Counts ticks since this node last heard of a leader, granted a vote or campaigned (Raft §5.2). The timeout is drawn
 * anew in each term and role, from {@code [timeoutTicks, 2 * timeoutTicks - 1]}, by a generator of its own, so that the
 * same seed gives the same run.
 */
final class ElectionTimer {

    private final int timeoutTicks;
    private long generator;
    private int elapsedTicks;
    private int randomizedTimeoutTicks;

    ElectionTimer(int timeoutTicks, long seed) {
        this.timeoutTicks = timeoutTicks;
        this.generator = seed;
        randomize();
    }

    void tick() {
        elapsedTicks++;
    }

    void restart() {
        elapsedTicks = 0;
    }

    void randomize() {
        randomizedTimeoutTicks = timeoutTicks + (int) Long.remainderUnsigned(next(), timeoutTicks);
    }

    /** For tests: as drawn, until it is drawn again. */
    void randomizedTimeoutTicks(int ticks) {
        randomizedTimeoutTicks = ticks;
    }

    /** Time to campaign. */
    boolean isExpired() {
        return elapsedTicks >= randomizedTimeoutTicks;
    }

    /** The shortest timeout that anybody may have drawn has passed. */
    boolean isMinimumPassed() {
        return elapsedTicks >= timeoutTicks;
    }

    /** SplitMix64 (Steele, Lea, Flood 2014): one addition and a mix, any seed is good. */
    private long next() {
        generator += 0x9e3779b97f4a7c15L;
        long mixed = (generator ^ (generator >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
