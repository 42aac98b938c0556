package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.transport.Frame;
import io.lightraft.transport.Transport;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands what a core wants done to those who do it. */
final class ReplicaEffects implements Effects {

    private static final Logger log = LoggerFactory.getLogger(ReplicaEffects.class);

    private record Workers(StorageWorker storage, ApplyWorker<?> apply) {}

    private final long self;
    private final Transport transport;
    private final @Nullable Snapshots snapshots;
    private @Nullable Workers workers;
    private volatile long keptLogIndex = Long.MAX_VALUE;

    /** @param snapshots null where none are made or taken */
    ReplicaEffects(long self, Transport transport, @Nullable Snapshots snapshots) {
        this.self = self;
        this.transport = transport;
        this.snapshots = snapshots;
    }

    /** To be called before the loop starts: the workers need the core, which needs these effects. */
    void drive(StorageWorker storage, ApplyWorker<?> apply) {
        workers = new Workers(storage, apply);
    }

    private Workers workers() {
        return Objects.requireNonNull(workers, "drive() comes before the loop's start");
    }

    @Override
    public void send(long to, Frame frame) {
        transport.send(to, frame);
    }

    @Override
    public void peers(Map<Long, String> rpcAddresses) {
        transport.setPeers(rpcAddresses);
    }

    @Override
    public void store(Message.StorageAppend append) {
        workers().storage().add(new StorageWorker.Append(append));
    }

    @Override
    public void apply(Message.StorageApply committed) {
        workers().apply().add(new ApplyWorker.Apply(committed));
    }

    @Override
    public void keepAdmission(long leastIndexToVote) {
        workers().storage().add(new StorageWorker.KeepAdmission(leastIndexToVote));
    }

    @Override
    public void situation(@Nullable String situation) {
        log.info(situation == null ? "this node is part of the cluster" : situation);
    }

    @Override
    public void outside(boolean outside) {
        log.info(outside ? StatusView.REMOVED : "this node is a member again");
    }

    @Override
    public void sendSnapshot(Message.InstallSnapshot message) {
        if (snapshots == null) {
            send(message.to(), new Frame.Raft(message));
        } else {
            snapshots.send(message);
        }
    }

    @Override
    public void keepLogBehind(long index) {
        keptLogIndex = index;
    }

    /** How far the log may be shortened at most. Any thread. */
    long keptLogIndex() {
        long underWay = snapshots == null ? Long.MAX_VALUE : snapshots.oldestUnderWay();
        return Math.min(underWay, keptLogIndex);
    }

    @Override
    public void copyState(long to, long term, long leastIndex) {
        if (snapshots != null) {
            snapshots.copyTo(self, to, term, leastIndex);
        }
    }

    @Override
    public void replaceState(SnapshotMetadata copy) {
        if (snapshots != null) {
            snapshots.use(
                    copy,
                    received ->
                            workers().apply().runBetween(() -> snapshots.state().replaceWith(received)));
        }
    }
}
