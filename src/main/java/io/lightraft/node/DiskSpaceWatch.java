package io.lightraft.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Looks at the free space of a node's disk several times a second, on a thread of its own: the question itself may hang
 * with the disk. What is kept free is there for votes, elections and the end of what is under way.
 */
public final class DiskSpaceWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DiskSpaceWatch.class);
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final long MIB = 1 << 20;

    private final int nodeId;
    private final List<Path> directories;
    private final long minFreeBytes;
    private final Consumer<@Nullable String> lowOnDisk;
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean low;
    private boolean complained;

    /**
     * @param directories that exist, on one disk or several; the fullest one counts
     * @param minFreeBytes to be kept free; 0 for no watch
     * @param lowOnDisk told when there is less, in words, and with null when there is enough again
     */
    public DiskSpaceWatch(int nodeId, List<Path> directories, long minFreeBytes, Consumer<@Nullable String> lowOnDisk) {
        this.nodeId = nodeId;
        this.directories = List.copyOf(directories);
        this.minFreeBytes = minFreeBytes;
        this.lowOnDisk = lowOnDisk;
    }

    public void start() {
        if (minFreeBytes == 0) {
            return;
        }
        Thread thread = new Thread(this::watch, "n" + nodeId + "-disk-space");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void watch() {
        MDC.put("node", Integer.toString(nodeId));
        try {
            do {
                look();
            } while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        long free = Long.MAX_VALUE;
        Path fullest = directories.get(0);
        for (Path directory : directories) {
            try {
                long usable = Files.getFileStore(directory).getUsableSpace();
                fullest = usable < free ? directory : fullest;
                free = Math.min(free, usable);
            } catch (IOException e) {
                complain(e);
                return;
            }
        }
        if (free < minFreeBytes == low) {
            return;
        }
        low = free < minFreeBytes;
        String shortage =
                "less than the " + minFreeBytes / MIB + " MiB of minFreeBytes are free on the disk of " + fullest;
        if (low) {
            log.warn("disk full: {}. As the leader this node takes no writes until there is room", shortage);
        } else {
            log.info("there is room on the disk again: this node takes writes");
        }
        lowOnDisk.accept(low ? shortage : null);
    }

    private void complain(IOException e) {
        if (!complained) {
            complained = true;
            log.warn("can't find out how much of the disk is free: {}", e.toString());
        }
    }
}
