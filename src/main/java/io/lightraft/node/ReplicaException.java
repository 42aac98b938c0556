package io.lightraft.node;

/** Why a replica did not do what it was asked. The first sentence says what happened, the second what to do. */
public abstract sealed class ReplicaException extends RuntimeException {

    private ReplicaException(String message) {
        super(message, null, false, false);
    }

    /** Not done: there was no leader, or no majority, within the deadline. */
    public static final class NoLeader extends ReplicaException {
        public NoLeader(String message) {
            super(message);
        }
    }

    /** Not done: queues are full, or leadership is being handed over. */
    public static final class Busy extends ReplicaException {
        public Busy(String message) {
            super(message);
        }
    }

    /** The deadline passed, or this node fell behind a snapshot, while the command may still be applied. */
    public static final class OutcomeUnknown extends ReplicaException {
        public OutcomeUnknown(String message) {
            super(message);
        }
    }

    /** Not done, and never will be as it stands: says what is wrong with it. */
    public static final class Rejected extends ReplicaException {
        public Rejected(String message) {
            super(message);
        }
    }

    /** This node can't go on, or is shutting down. */
    public static final class Stopped extends ReplicaException {
        public Stopped(String message) {
            super(message);
        }
    }
}
