package io.lightraft.server.tcp;

import io.lightraft.node.ReplicaStatus;
import io.lightraft.sql.SqlEngine;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port that people reach with nc: SQL a line, answers as tables. Each client has a session of its own; no client
 * can stop another, whatever it sends or doesn't read. {@link #start} and {@link #stop} are for one thread.
 */
public final class QueryListener {

    private static final Logger LOG = LoggerFactory.getLogger(QueryListener.class);

    private static final int BACKLOG = 1024;
    private static final long ACCEPT_PAUSE_MILLIS = 100;

    private final String bindAddress;
    private final int bindPort;
    private final SqlEngine engine;
    private final Supplier<ReplicaStatus> status;
    private final QueryListenerOptions options;
    private final ServerSocket server;
    private final Set<QuerySession> sessions = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread acceptor;

    /**
     * @param bindPort 0 for any free one, see {@link #port}
     * @param status must know the node's id when {@link #start} is called
     */
    public QueryListener(
            String bindAddress,
            int bindPort,
            SqlEngine engine,
            Supplier<ReplicaStatus> status,
            QueryListenerOptions options)
            throws IOException {
        this.bindAddress = bindAddress;
        this.bindPort = bindPort;
        this.engine = engine;
        this.status = status;
        this.options = options;
        this.server = new ServerSocket();
    }

    /**
     * Binds the port and begins to accept clients.
     *
     * @throws BindException with a message for the person who starts the node: the port is in use, or the address is
     *     none of this machine
     */
    public void start() throws IOException {
        bind();
        int nodeId = status.get().nodeId();
        SessionThreads threads = new SessionThreads(nodeId);
        acceptor = threads.platformThread("node" + nodeId + "-nc-accept", () -> accept(nodeId, threads));
        acceptor.start();
        threads.platformThread("node" + nodeId + "-nc-watchdog", this::watch).start();
        LOG.debug("Query listener on {}:{}", bindAddress, port());
    }

    private void bind() throws IOException {
        InetSocketAddress address = new InetSocketAddress(bindAddress, bindPort);
        if (address.isUnresolved()) {
            throw new BindException("the address " + bindAddress + " can't be resolved. Correct clientBindAddress.");
        }
        try {
            server.setReuseAddress(true);
            server.bind(address, BACKLOG);
        } catch (BindException e) {
            String reason = String.valueOf(e.getMessage());
            throw new BindException(
                    reason.contains("in use")
                            ? "port " + bindPort + " on " + bindAddress
                                    + " is in use. Stop the process that has it, or change clientBindPort."
                            : "can't listen on port " + bindPort + " of " + bindAddress + ": " + reason
                                    + ". Correct clientBindAddress or clientBindPort.");
        }
    }

    /** The port that clients connect to. */
    public int port() {
        return server.getLocalPort();
    }

    private void accept(int nodeId, SessionThreads threads) {
        long accepted = 0;
        boolean failing = false;
        while (!isStopped()) {
            try {
                Socket socket = server.accept();
                failing = false;
                accepted++;
                admit(socket, "node" + nodeId + "-nc-" + accepted, nodeId, threads);
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                // Out of file descriptors or threads, as a rule: sessions that end give some back.
                if (!isStopped() && !failing) {
                    LOG.warn("Can't accept a client, going on: {}", e.toString());
                }
                failing = true;
                pause();
            }
        }
    }

    private void admit(Socket socket, String name, int nodeId, SessionThreads threads) throws IOException {
        if (sessions.size() >= options.maxSessions()) {
            refuse(socket);
            return;
        }
        try {
            QuerySession session = new QuerySession(socket, nodeId, engine, status, options, threads);
            start(session, name, threads);
            if (isStopped()) {
                session.stop();
            }
        } catch (IOException e) {
            LOG.debug("A client was gone before its session began", e);
            socket.close();
        } catch (RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    private void start(QuerySession session, String name, SessionThreads threads) {
        sessions.add(session);
        try {
            threads.start(name, () -> {
                try {
                    session.run();
                } finally {
                    sessions.remove(session);
                }
            });
        } catch (RuntimeException | Error e) {
            sessions.remove(session);
            throw e;
        }
    }

    /** One line, which fits into the socket's empty buffer, so a client can't hold up the accepting thread. */
    private void refuse(Socket socket) {
        LOG.debug("Refusing {}: {} sessions", socket.getRemoteSocketAddress(), options.maxSessions());
        String words = "this node has as many sessions as it takes, " + options.maxSessions()
                + ". Try again later, or another node.";
        try (socket) {
            socket.getOutputStream().write(Ansi.error(words).getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
        } catch (IOException e) {
            LOG.trace("A refused client was gone already", e);
        }
    }

    private void watch() {
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(options.writeTimeoutMillis());
        long periodMillis = Math.max(10, options.writeTimeoutMillis() / 8);
        while (!isStoppedAfter(periodMillis)) {
            sessions.forEach(session -> session.abortIfStuck(timeoutNanos));
        }
    }

    /**
     * Takes no more clients, lets the statements that run now finish within the grace time, then closes all
     * connections. Afterwards nobody can connect.
     */
    public void stop() throws IOException {
        if (isStopped()) {
            return;
        }
        stopped.countDown();
        server.close();
        sessions.forEach(QuerySession::stop);
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.shutdownGraceMillis());
        try {
            awaitAcceptorsEnd();
            for (QuerySession session : sessions) {
                session.awaitEnd(deadlineNanos - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sessions.forEach(QuerySession::abort);
    }

    /** The kernel keeps a closed port open, and takes clients, as long as a thread is in a call that accepts one. */
    private void awaitAcceptorsEnd() throws InterruptedException {
        if (acceptor != null) {
            acceptor.join(Math.max(1, options.shutdownGraceMillis()));
        }
    }

    private boolean isStopped() {
        return stopped.getCount() == 0;
    }

    private boolean isStoppedAfter(long millis) {
        try {
            return stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private void pause() {
        isStoppedAfter(ACCEPT_PAUSE_MILLIS);
    }
}
