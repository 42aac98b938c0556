package io.lightraft.server.tcp;

import io.lightraft.node.ReplicaStatus;
import io.lightraft.sql.SqlEngine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's conversation. {@link #run} belongs to the session's thread; the other methods may be called from any.
 */
final class QuerySession implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(QuerySession.class);

    // A socket closed while input is unread is reset, which may cost the client our last words.
    private static final int LINGER_MILLIS = 1000;

    // A blocked writer is woken when a third of the buffer is free: in one that has grown to megabytes, a client that
    // reads slowly would look like one that doesn't read.
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    private final Socket socket;
    private final int nodeId;
    private final SessionThreads threads;
    private final LineReader lines;
    private final WatchedOutput watchedOutput;
    private final Writer out;
    private final QueryShell shell;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;

    QuerySession(
            Socket socket,
            int nodeId,
            SqlEngine engine,
            Supplier<ReplicaStatus> status,
            QueryListenerOptions options,
            SessionThreads threads)
            throws IOException {
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.setSendBufferSize(SEND_BUFFER_BYTES);
        this.socket = socket;
        this.nodeId = nodeId;
        this.threads = threads;
        this.lines = new LineReader(socket.getInputStream(), options.maxLineBytes());
        this.watchedOutput = new WatchedOutput(socket.getOutputStream());
        this.out = new BufferedWriter(new OutputStreamWriter(watchedOutput, StandardCharsets.UTF_8));
        this.shell = new QueryShell(engine, status, options, out, () -> stopping);
    }

    @Override
    public void run() {
        try (socket) {
            out.write(Banner.of(nodeId));
            converse();
            hangUp();
        } catch (IOException e) {
            LOG.debug("Session with {} broke: {}", socket.getRemoteSocketAddress(), e.toString());
        } catch (RuntimeException e) {
            LOG.error("Session with {} failed", socket.getRemoteSocketAddress(), e);
        } finally {
            shell.close();
            ended.countDown();
        }
    }

    private void converse() throws IOException {
        try {
            boolean goOn = true;
            while (goOn && !stopping) {
                out.write(shell.prompt());
                out.flush();
                Line line = lines.readLine();
                if (line == null || stopping) {
                    break;
                }
                goOn = threads.call(() -> shell.run(line));
            }
            if (stopping) {
                out.write("\n" + Ansi.error("this node is shutting down. Connect to another one."));
            } else if (goOn && (lines.endedWithinLine() || shell.isWithinStatement())) {
                out.write("\n"
                        + Ansi.error("the input ended before the last "
                                + (lines.endedWithinLine() ? "line" : "statement") + " did. Nothing of it was run."));
            }
        } catch (LineReader.TooLongException e) {
            out.write("\n" + Ansi.error(e.getMessage() + " The session ends."));
        }
    }

    private void hangUp() throws IOException {
        out.flush();
        socket.shutdownOutput();
        socket.setSoTimeout(LINGER_MILLIS);
        long startNanos = System.nanoTime();
        byte[] waste = new byte[8192];
        try {
            while (socket.getInputStream().read(waste) >= 0) {
                if (System.nanoTime() - startNanos > TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS)) {
                    return;
                }
            }
        } catch (SocketTimeoutException e) {
            LOG.trace("{} keeps its side open", socket.getRemoteSocketAddress());
        }
    }

    /** Ends the session after the statement that runs now, if any. */
    void stop() {
        stopping = true;
        try {
            // A read that waits for the client returns.
            socket.shutdownInput();
        } catch (IOException e) {
            LOG.trace("Session with {} is gone already", socket.getRemoteSocketAddress());
        }
    }

    boolean awaitEnd(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Ends the session now: whatever reads or writes its socket fails. */
    void abort() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("Closing the socket of {} failed", socket.getRemoteSocketAddress(), e);
        }
    }

    /** Closes the socket when a write has not ended for so long. */
    void abortIfStuck(long timeoutNanos) {
        if (watchedOutput.isStuckFor(timeoutNanos) && !socket.isClosed()) {
            LOG.info(
                    "Ending the session with {}, which has taken nothing for {} ms",
                    socket.getRemoteSocketAddress(),
                    TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
            abort();
        }
    }
}
