package io.lightraft.raft;

/**
 * The settings of one core.
 *
 * @param id this node's raft id, at least 1
 * @param electionTimeoutTicks a follower campaigns after this many ticks without a leader, or up to twice as many less one
 * @param heartbeatTicks a leader sends heartbeats every so many ticks; fewer than {@code electionTimeoutTicks}
 * @param appliedIndex what the state machine had applied when the core was started; it is not handed out again
 * @param confState the membership as of {@code appliedIndex}
 * @param asyncStorageWrites whether storing and applying are done by workers, through messages, instead of between
 *     {@code ready} and {@code advance}
 * @param maxSizePerMessageBytes entries per append; at least one goes, however large
 * @param maxCommittedSizePerReadyBytes committed entries handed out and not yet applied; at least one goes
 * @param maxUncommittedBytes payload of proposals in the leader's log that are not committed; proposals past it are dropped
 * @param maxInflightMessages appends under way to one peer
 * @param maxInflightBytes payload of the appends under way to one peer, 0 for no limit
 * @param checkQuorum whether a leader steps down that has not heard of a majority for an election timeout, and a node
 *     that hears of a leader ignores campaigns (thesis §6.2, §4.2.3)
 * @param preVote whether a campaign is preceded by a poll that changes nobody's term (thesis §9.6)
 * @param stepDownOnRemoval whether a leader steps down when a change that removes or demotes it is applied
 * @param liveAfterChanges whether the core goes further than etcd's, so that no change of the members leaves a cluster that
 *     can't go on, wherever it is interrupted: a leader appends nothing behind its own removal, a joint configuration is
 *     left also when a transfer has failed, who is no voter tells candidates what is committed, and a snapshot is taken
 *     that was made before the node was added
 * @param seed of the jitter of election timeouts; the same seed and inputs give the same outputs
 */
public record RaftConfig(
        long id,
        int electionTimeoutTicks,
        int heartbeatTicks,
        long appliedIndex,
        ConfState confState,
        boolean asyncStorageWrites,
        long maxSizePerMessageBytes,
        long maxCommittedSizePerReadyBytes,
        long maxUncommittedBytes,
        int maxInflightMessages,
        long maxInflightBytes,
        boolean checkQuorum,
        boolean preVote,
        ReadOnlyMode readOnlyMode,
        boolean disableProposalForwarding,
        boolean disableConfChangeValidation,
        boolean stepDownOnRemoval,
        boolean liveAfterChanges,
        long seed) {

    public RaftConfig {
        require(id > 0 && id < Message.APPLY_THREAD, "id must be at least 1");
        require(heartbeatTicks > 0, "heartbeatTicks must be at least 1");
        require(electionTimeoutTicks > heartbeatTicks, "electionTimeoutTicks must be more than heartbeatTicks");
        require(maxInflightMessages > 0, "maxInflightMessages must be at least 1");
        require(
                maxInflightBytes == 0 || maxInflightBytes >= maxSizePerMessageBytes,
                "maxInflightBytes must be 0 or at least maxSizePerMessageBytes");
        require(
                readOnlyMode != ReadOnlyMode.LEASE_BASED || checkQuorum,
                "checkQuorum must be on for lease based reads");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The settings of production; what a node must say for itself is left. */
    public static Builder builder(long id) {
        return new Builder(id);
    }

    /** Starts from the settings of production. */
    public static final class Builder {
        private final long id;
        private int electionTimeoutTicks = 10;
        private int heartbeatTicks = 1;
        private long appliedIndex;
        private ConfState confState = ConfState.EMPTY;
        private boolean asyncStorageWrites = true;
        private long maxSizePerMessageBytes = 1 << 20;
        private long maxCommittedSizePerReadyBytes = 4 << 20;
        private long maxUncommittedBytes = 64 << 20;
        private int maxInflightMessages = 256;
        private long maxInflightBytes;
        private boolean checkQuorum = true;
        private boolean preVote = true;
        private ReadOnlyMode readOnlyMode = ReadOnlyMode.SAFE;
        private boolean disableProposalForwarding = true;
        private boolean disableConfChangeValidation;
        private boolean stepDownOnRemoval = true;
        private boolean liveAfterChanges = true;
        private long seed;

        private Builder(long id) {
            this.id = id;
        }

        public Builder electionTimeoutTicks(int ticks) {
            electionTimeoutTicks = ticks;
            return this;
        }

        public Builder heartbeatTicks(int ticks) {
            heartbeatTicks = ticks;
            return this;
        }

        public Builder appliedIndex(long index) {
            appliedIndex = index;
            return this;
        }

        public Builder confState(ConfState state) {
            confState = state;
            return this;
        }

        public Builder asyncStorageWrites(boolean on) {
            asyncStorageWrites = on;
            return this;
        }

        public Builder maxSizePerMessageBytes(long bytes) {
            maxSizePerMessageBytes = bytes;
            return this;
        }

        public Builder maxCommittedSizePerReadyBytes(long bytes) {
            maxCommittedSizePerReadyBytes = bytes;
            return this;
        }

        public Builder maxUncommittedBytes(long bytes) {
            maxUncommittedBytes = bytes;
            return this;
        }

        public Builder maxInflightMessages(int messages) {
            maxInflightMessages = messages;
            return this;
        }

        public Builder maxInflightBytes(long bytes) {
            maxInflightBytes = bytes;
            return this;
        }

        public Builder checkQuorum(boolean on) {
            checkQuorum = on;
            return this;
        }

        public Builder preVote(boolean on) {
            preVote = on;
            return this;
        }

        public Builder readOnlyMode(ReadOnlyMode mode) {
            readOnlyMode = mode;
            return this;
        }

        public Builder disableProposalForwarding(boolean on) {
            disableProposalForwarding = on;
            return this;
        }

        public Builder disableConfChangeValidation(boolean on) {
            disableConfChangeValidation = on;
            return this;
        }

        public Builder stepDownOnRemoval(boolean on) {
            stepDownOnRemoval = on;
            return this;
        }

        public Builder liveAfterChanges(boolean on) {
            liveAfterChanges = on;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public RaftConfig build() {
            return new RaftConfig(
                    id,
                    electionTimeoutTicks,
                    heartbeatTicks,
                    appliedIndex,
                    confState,
                    asyncStorageWrites,
                    maxSizePerMessageBytes,
                    maxCommittedSizePerReadyBytes,
                    maxUncommittedBytes,
                    maxInflightMessages,
                    maxInflightBytes,
                    checkQuorum,
                    preVote,
                    readOnlyMode,
                    disableProposalForwarding,
                    disableConfChangeValidation,
                    stepDownOnRemoval,
                    liveAfterChanges,
                    seed);
        }
    }
}
