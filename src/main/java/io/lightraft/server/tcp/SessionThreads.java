package io.lightraft.server.tcp;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Where sessions run: each on a virtual thread where the JVM has them (21 and later), else on a platform thread. A
 * virtual thread in SQLite's native code would hold one of the few carriers, and two long queries would then stop all
 * sessions of a machine with two cores; so virtual sessions hand their statements to platform threads.
 */
final class SessionThreads {

    private final int nodeId;
    private final @Nullable MethodHandle startVirtualThread;
    private final @Nullable ExecutorService statements;

    SessionThreads(int nodeId) {
        this.nodeId = nodeId;
        this.startVirtualThread = startVirtualThread();
        this.statements = startVirtualThread == null
                ? null
                : Executors.newCachedThreadPool(work -> platformThread("node" + nodeId + "-nc-statement", work));
    }

    private static @Nullable MethodHandle startVirtualThread() {
        if (Runtime.version().feature() < 21) {
            return null;
        }
        try {
            return MethodHandles.publicLookup()
                    .findStatic(
                            Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No virtual threads in " + Runtime.version(), e);
        }
    }

    /** Starts a session; an {@link OutOfMemoryError} says that there is no room for another thread. */
    void start(String name, Runnable session) {
        if (startVirtualThread == null) {
            platformThread(name, session).start();
            return;
        }
        Runnable named = () -> {
            Thread.currentThread().setName(name);
            withNode(session);
        };
        try {
            Thread unused = (Thread) startVirtualThread.invokeExact(named);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    Thread platformThread(String name, Runnable work) {
        Thread thread = new Thread(() -> withNode(work), name);
        thread.setDaemon(true);
        return thread;
    }

    /** Lets the node's index appear in every line that the thread logs. */
    private void withNode(Runnable work) {
        MDC.put("node", Integer.toString(nodeId));
        work.run();
    }

    /** Runs SQL for the session that calls, and waits for it. */
    <T> T call(Callable<T> work) throws IOException {
        try {
            if (statements == null) {
                return work.call();
            }
            Future<T> done = statements.submit(work);
            return done.get();
        } catch (ExecutionException e) {
            return rethrow(e.getCause());
        } catch (Exception e) {
            return rethrow(e);
        }
    }

    private static <T> T rethrow(@Nullable Throwable cause) throws IOException {
        if (cause instanceof IOException io) {
            throw io;
        }
        if (cause instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        throw new IOException("Interrupted", cause);
    }
}
