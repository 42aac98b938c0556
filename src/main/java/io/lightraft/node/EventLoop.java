package io.lightraft.node;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that owns a {@link ReplicaCore}: it takes what is queued, then at most one tick, then lets the core
 * hand out what follows. A process that was stopped for a while therefore reads its messages before it notices the time,
 * and never ticks in bursts.
 */
final class EventLoop implements Runnable {

    private static final int MAX_EVENTS_PER_TURN = 1024;
    private static final int REMEMBERED_EVENTS = 64;

    private record Event(Object what, Runnable action, Runnable otherwise) {}

    private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>();
    private final Deque<Object> lastEvents = new ArrayDeque<>();
    private final long tickNanos;
    private @Nullable ReplicaCore<?> core;
    private boolean stopping;
    private volatile boolean ended;

    EventLoop(int tickMillis) {
        this.tickNanos = TimeUnit.MILLISECONDS.toNanos(tickMillis);
    }

    /**
     * Queues an event; any thread.
     *
     * @param what for the dump of the last events, should the node fail
     * @param otherwise run instead, on any thread, when the loop has ended
     */
    void post(Object what, Runnable action, Runnable otherwise) {
        queue.add(new Event(what, action, otherwise));
        if (ended) {
            refuseQueued();
        }
    }

    void post(Object what, Runnable action) {
        post(what, action, () -> {});
    }

    /**
     * Ends the loop after what is queued now; what comes later is refused.
     *
     * @param last run as the loop's last action, or at once when it has ended by itself
     */
    void stop(Runnable last) {
        post(
                "stop",
                () -> {
                    stopping = true;
                    last.run();
                },
                last);
    }

    void drive(ReplicaCore<?> driven) {
        core = driven;
    }

    @Override
    public void run() {
        ReplicaCore<?> driven = Objects.requireNonNull(core, "drive() comes before run()");
        Deque<Event> events = new ArrayDeque<>();
        long nextTick = System.nanoTime() + tickNanos;
        try {
            while (!stopping) {
                take(events, driven.hasReady() ? 0 : nextTick - System.nanoTime());
                long now = System.nanoTime();
                driven.now(TimeUnit.NANOSECONDS.toMillis(now));
                runAll(events);
                boolean tick = now - nextTick >= 0;
                if (tick) {
                    nextTick = now + tickNanos;
                }
                if (!stopping) {
                    driven.turn(TimeUnit.NANOSECONDS.toMillis(now), tick);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            ended = true;
            events.forEach(event -> event.otherwise().run());
            refuseQueued();
        }
    }

    /** The newest events, oldest first; for the report of a failure, on the loop's own thread. */
    List<String> lastEvents() {
        return lastEvents.stream().map(Object::toString).toList();
    }

    /** Up to the end, or to a stop: who asked behind it would wait for an answer for ever. */
    private void runAll(Deque<Event> events) {
        for (Event event = events.peek(); event != null && !stopping; event = events.peek()) {
            remember(event.what());
            event.action().run();
            events.poll();
        }
    }

    private void refuseQueued() {
        for (Event event = queue.poll(); event != null; event = queue.poll()) {
            event.otherwise().run();
        }
    }

    private void take(Deque<Event> events, long waitNanos) throws InterruptedException {
        Event first = waitNanos > 0 ? queue.poll(waitNanos, TimeUnit.NANOSECONDS) : queue.poll();
        if (first != null) {
            events.add(first);
            queue.drainTo(events, MAX_EVENTS_PER_TURN - 1);
        }
    }

    private void remember(Object what) {
        if (lastEvents.size() == REMEMBERED_EVENTS) {
            lastEvents.poll();
        }
        lastEvents.add(what);
    }
}
