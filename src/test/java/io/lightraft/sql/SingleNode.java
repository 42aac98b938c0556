package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.FreeTurns;
import io.lightraft.node.ReplicaException;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.Replicator;
import io.lightraft.node.WriteTurn;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A real state machine with readers, and a log that is committed at once; it can be made to lag like a follower. */
final class SingleNode implements Replicator<List<StatementResult>>, AutoCloseable {

    final SqliteStateMachine machine;
    final ReaderPool readers;
    final Database database;
    final List<CommittedEntry> unapplied = new ArrayList<>();
    String role = "LEADER";

    @Nullable
    Duration leaderContactAge;

    boolean quorum = true;
    /** Takes writes and never answers. */
    boolean mute;

    int proposals;
    int readIndexes;
    private final Log log;

    SingleNode(Path directory, int readerCount) {
        this(directory, readerCount, ClusterLimits.DEFAULT);
    }

    SingleNode(Path directory, int readerCount, ClusterLimits seed) {
        Path file = directory.resolve("data/lightraft-0.sqlite");
        machine = SqliteStateMachine.open(file, seed);
        log = new Log(machine.applied().index());
        readers = ReaderPool.of(machine, readerCount);
        database = new Database(this, readers);
    }

    /** Committed elsewhere, not yet applied here. */
    void commitElsewhere(String... statements) {
        unapplied.add(log.entry(statements));
    }

    void catchUp() {
        machine.apply(List.copyOf(unapplied));
        unapplied.clear();
    }

    @Override
    public CompletableFuture<WriteTurn> takeTurn(UUID proposer, Duration timeout) {
        return FreeTurns.take(proposer);
    }

    @Override
    public synchronized CompletableFuture<List<StatementResult>> propose(byte[] command, Duration timeout) {
        if (!quorum) {
            return CompletableFuture.failedFuture(new ReplicaException.NoLeader("no quorum: 1 of 2 voters reachable"));
        }
        proposals++;
        if (mute) {
            return new CompletableFuture<>();
        }
        catchUp();
        CommittedEntry entry = log.entry(CommandCodec.decode(ByteBuffer.wrap(command)));
        return CompletableFuture.completedFuture(machine.apply(List.of(entry)).get(0));
    }

    @Override
    public synchronized CompletableFuture<Long> readIndex(Duration timeout) {
        if (!quorum) {
            return CompletableFuture.failedFuture(new ReplicaException.NoLeader("no quorum: 1 of 2 voters reachable"));
        }
        readIndexes++;
        catchUp();
        return CompletableFuture.completedFuture(machine.applied().index());
    }

    @Override
    public ReplicaStatus status() {
        return new ReplicaStatus(0, role, 1, 0, 0, 0, 0, 0, 0, true, null, null, List.of());
    }

    @Override
    public @Nullable Duration leaderContactAge() {
        return leaderContactAge;
    }

    @Override
    public void close() {
        readers.close();
        machine.close();
    }
}
