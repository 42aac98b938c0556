package io.lightraft.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A thread's work: takes whatever has queued up, and does it in one go. */
abstract class Worker<T> implements Runnable {

    private final BlockingQueue<Optional<T>> queue = new LinkedBlockingQueue<>();
    private final int maxAtOnce;
    private volatile boolean stopping;

    Worker(int maxAtOnce) {
        this.maxAtOnce = maxAtOnce;
    }

    void add(T item) {
        queue.add(Optional.of(item));
    }

    /** Ends the thread after what it has at hand; never by an interrupt, which would close the files it works on. */
    void stop() {
        stopping = true;
        queue.add(Optional.empty());
    }

    /** Whether {@link #work} should leave off where that loses nothing. */
    final boolean isStopping() {
        return stopping;
    }

    abstract void work(List<T> items) throws InterruptedException;

    @Override
    public void run() {
        List<Optional<T>> taken = new ArrayList<>();
        try {
            while (!stopping) {
                taken.add(queue.take());
                queue.drainTo(taken, maxAtOnce - 1);
                work(taken.stream().flatMap(Optional::stream).toList());
                taken.clear();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
