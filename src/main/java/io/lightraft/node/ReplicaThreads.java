package io.lightraft.node;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.MDC;

/** The threads of a replica, named after the node and their work. What escapes from one of them ends the replica. */
final class ReplicaThreads {

    private final int nodeId;
    private final Consumer<Throwable> onFault;
    private final Map<String, Thread> threads = new ConcurrentHashMap<>();

    /** @param onFault told on the thread at fault */
    ReplicaThreads(int nodeId, Consumer<Throwable> onFault) {
        this.nodeId = nodeId;
        this.onFault = onFault;
    }

    void start(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    MDC.put("node", Integer.toString(nodeId));
                    try {
                        work.run();
                    } catch (Throwable fault) {
                        onFault.accept(fault);
                    }
                },
                "n" + nodeId + "-" + name);
        threads.put(name, thread);
        thread.start();
    }

    boolean isCurrent(String name) {
        return Thread.currentThread() == threads.get(name);
    }

    /** Waits for the thread's end, if it was started. */
    void join(String name, Duration patience) {
        Thread thread = threads.get(name);
        if (thread == null) {
            return;
        }
        try {
            thread.join(patience.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
