package io.lightraft.node;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the room on a node's disk: less than is to be kept free, or so little that a worker can't go on and
 * waits here. All threads; the workers block.
 */
final class DiskRoom implements StateMachine.RoomWaiter, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DiskRoom.class);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(300);

    private final Consumer<@Nullable String> shortageChanged;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable String low;
    private int waiters;
    private @Nullable String waitsFor;
    private @Nullable String told;

    /** @param shortageChanged told what is short, null for nothing; must not block */
    DiskRoom(Consumer<@Nullable String> shortageChanged) {
        this.shortageChanged = shortageChanged;
    }

    /** @param shortage less room than is to be kept free, in words; null when there is enough */
    synchronized void low(@Nullable String shortage) {
        low = shortage;
        tell();
    }

    @Override
    public boolean awaitRoom(String what, boolean first) {
        if (first) {
            log.warn("disk full: {}. This node waits until there is room; nothing that was acknowledged is lost", what);
            synchronized (this) {
                waiters++;
                waitsFor = what;
                tell();
            }
        }
        try {
            return !closed.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void roomFound() {
        log.info("there is room on the disk again: this node goes on");
        synchronized (this) {
            if (--waiters == 0) {
                waitsFor = null;
            }
            tell();
        }
    }

    /** Nobody waits any longer. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void tell() {
        String shortage = waitsFor == null ? low : waitsFor;
        if (shortage == null ? told != null : !shortage.equals(told)) {
            told = shortage;
            shortageChanged.accept(shortage);
        }
    }
}
