package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.PeerCalls;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.Replicator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session on node 1, whose transaction runs on node 0 until that one is frozen: it takes requests and says nothing. */
class TransactionsTests {

    private static final int HERE = 1;
    private static final Duration TIMEOUT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final Session session = new Session();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch never = new CountDownLatch(1);
    private SingleNode node;
    private TransactionHost host;
    private Transactions transactions;
    private volatile @Nullable Integer leader = 0;
    private volatile boolean frozen;

    @BeforeEach
    void open() {
        node = new SingleNode(directory, 1);
        host = new TransactionHost(node, node.machine, TransactionLimits.DEFAULT);
        PeerCalls peers = (peer, json, timeout) -> {
            if (frozen) {
                await(never);
            }
            return host.handle(json);
        };
        transactions = new Transactions(HERE, new Seen(), host, peers, threads);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        host.close();
        node.close();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** The cluster as node 1 sees it. */
    private final class Seen implements Replicator<List<StatementResult>> {
        @Override
        public CompletableFuture<List<StatementResult>> propose(byte[] command, Duration timeout) {
            return node.propose(command, timeout);
        }

        @Override
        public CompletableFuture<Long> readIndex(Duration timeout) {
            return node.readIndex(timeout);
        }

        @Override
        public UUID onceProposer() {
            return new UUID(0, 1);
        }

        @Override
        public ReplicaStatus status() {
            return new ReplicaStatus(HERE, "FOLLOWER", 1, leader, 0, 0, 0, 0, 0, true, null, null, List.of());
        }
    }

    private String run(String sql, Duration timeout) throws IOException {
        RecordingSink sink = new RecordingSink();
        transactions.run(session, TransactionControl.parse(sql), Statement.of(sql), timeout, sink);
        return String.join("\n", sink.lines);
    }

    private void begin() throws IOException {
        run("BEGIN", LONG);
        assertThat(run("SELECT 1", LONG)).contains("1");
        frozen = true;
    }

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    @Test
    void aCommitIsAnsweredSoonAfterItsDeadlineThoughItsLeaderIsFrozen() throws Exception {
        begin();
        long startNanos = System.nanoTime();
        assertThat(run("COMMIT", TIMEOUT))
                .contains("the transaction was rolled back: the leader did not answer. Begin it again.");
        assertThat(since(startNanos)).isBetween(TIMEOUT, TIMEOUT.plusMillis(1_900));
        assertThat(session.isInTransaction()).isFalse();
    }

    @Test
    void aCommitIsAnsweredAtItsDeadlineWhenNobodyIsKnownToLead() throws Exception {
        begin();
        leader = null;
        long startNanos = System.nanoTime();
        assertThat(run("COMMIT", TIMEOUT)).contains("the transaction was rolled back: the leader changed");
        assertThat(since(startNanos)).isBetween(TIMEOUT, TIMEOUT.plusMillis(800));
    }

    @Test
    void aCommitIsAnsweredAtOnceWhenAnotherNodeIsKnownToLead() throws Exception {
        begin();
        CompletableFuture<String> commit = CompletableFuture.supplyAsync(() -> {
            try {
                return run("COMMIT", LONG);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        leader = 2;
        assertThat(commit).succeedsWithin(Duration.ofSeconds(5)).asString().contains("rolled back: the leader changed");
    }

    @Test
    void aRollbackDoesNotWaitForALeaderThatIsFrozen() throws Exception {
        begin();
        long startNanos = System.nanoTime();
        assertThat(run("ROLLBACK", LONG)).doesNotContain("rolled back");
        assertThat(since(startNanos)).isLessThan(Duration.ofMillis(1_900));
        assertThat(session.isInTransaction()).isFalse();
    }

    @Test
    void aStatementWhoseLeaderIsFrozenEndsTheTransactionAndItsRollbackIsImmediate() throws Exception {
        begin();
        assertThat(run("SELECT 2", TIMEOUT)).contains("the transaction was rolled back: the leader did not answer");
        assertThat(run("SELECT 3", LONG)).contains("not run: the transaction was rolled back");
        long startNanos = System.nanoTime();
        run("ROLLBACK", LONG);
        assertThat(since(startNanos)).isLessThan(Duration.ofMillis(400));
    }

    @Test
    void aTransactionBeginsWithTheNextLeaderWhenTheFirstIsFrozen() throws Exception {
        frozen = true;
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> {
            try {
                run("BEGIN", LONG);
                return run("SELECT 1", LONG);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        leader = HERE; // where it needs no call
        assertThat(first).succeedsWithin(Duration.ofSeconds(5)).asString().contains("1");
        assertThat(run("COMMIT", LONG)).doesNotContain("rolled back");
    }
}
