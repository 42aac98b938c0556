package io.lightraft.config;

import io.lightraft.node.Replica;
import io.lightraft.server.tcp.QueryListener;
import io.lightraft.sql.TransactionHost;
import io.lightraft.transport.HttpTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Starts a node once its web server listens, and stops it before the web server waits for open requests: the streams of
 * peers are such requests and would never end by themselves.
 */
final class NodeLifecycle implements SmartLifecycle {

    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(3);

    private final HttpTransport transport;
    private final Replica<?> replica;
    private final QueryListener queryListener;
    private final TransactionHost transactions;
    private volatile boolean running;

    NodeLifecycle(
            HttpTransport transport, Replica<?> replica, QueryListener queryListener, TransactionHost transactions) {
        this.transactions = transactions;
        this.transport = transport;
        this.replica = replica;
        this.queryListener = queryListener;
    }

    @Override
    public void start() {
        running = true;
        try {
            replica.start();
            transport.start(replica);
            queryListener.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        running = false;
        // While this node still answers: its clients' writes go on under the next leader.
        replica.handOver();
        try {
            queryListener.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            transactions.close();
            replica.drain(DRAIN_PATIENCE);
            replica.close();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
