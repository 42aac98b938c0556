package io.lightraft.node;

import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a node is fit to do its work: its disk answers and has room, and its state is that of the others. Owned by the
 * raft loop.
 */
final class Fitness {

    /** A full leader offers its office every so many election timeouts. */
    private static final int OFFER_ELECTION_TIMEOUTS = 2;

    private final Raft raft;
    private final ReplicaConfig config;
    private final Supplier<@Nullable String> quarantine;
    private final StallWatch stalls;
    private final FullDisk fullDisk;
    private boolean stalled;
    private boolean unfit;

    /** @param quarantine why this node's state is not to be trusted, null while it is */
    Fitness(Raft raft, ReplicaConfig config, Supplier<@Nullable String> quarantine) {
        this.raft = raft;
        this.config = config;
        this.quarantine = quarantine;
        stalls = new StallWatch(config.raftId(), config.electionTimeoutTicks());
        fullDisk = new FullDisk(raft, OFFER_ELECTION_TIMEOUTS * config.electionTimeoutTicks());
    }

    void handedOut(Message.StorageAppend append) {
        stalls.handedOut(append);
    }

    void answered() {
        stalls.answered();
    }

    /** @param shortage what is short on the disk, in words; null when there is room again */
    void shortage(@Nullable String shortage) {
        fullDisk.shortage(shortage);
    }

    boolean isDiskFull() {
        return fullDisk.shortage() != null;
    }

    /** Whether it may neither lead nor call anything fresh. */
    boolean isUnfit() {
        return unfit;
    }

    boolean ignores(Message message) {
        return fullDisk.ignores(message);
    }

    /**
     * A leader whose disk hangs looks alive by its heartbeats, while nothing it takes gets done. One whose state differs
     * from that of the others is no use either.
     */
    void tick() {
        stalls.tick();
        stalled = stalls.isStalled();
        unfit = stalled || quarantine.get() != null;
        if (unfit) {
            raft.stepDown(stalled ? "disk-stall" : "quarantine");
        }
        fullDisk.tick();
    }

    @Nullable
    String impediment() {
        String quarantined = quarantine.get();
        String shortage = fullDisk.shortage();
        if (quarantined != null) {
            return "in quarantine: " + quarantined;
        }
        if (shortage != null) {
            return "disk full: " + shortage;
        }
        return stalled ? "the disk has not answered for " + stalls.stalledTicks() * config.tickMillis() + " ms" : null;
    }
}
