package io.lightraft.transport;

import io.lightraft.raft.Message;
import java.util.Locale;
import java.util.Optional;

/** The two streams that run from each node to each other one. Order is kept within a lane only. */
enum Lane {
    /** What elections, leases and reads hang on: small, and never behind bulk data. */
    CONTROL,
    /** What carries clients' data. */
    BULK;

    static Lane of(Frame frame) {
        if (frame instanceof Frame.Raft raft) {
            Message message = raft.message();
            boolean bulk = message instanceof Message.AppendEntries
                    || message instanceof Message.InstallSnapshot
                    || message instanceof Message.Propose;
            return bulk ? BULK : CONTROL;
        }
        return frame instanceof Frame.Proposals ? BULK : CONTROL;
    }

    /** The name on the wire, in thread names and in the log. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Lane> ofLabel(String label) {
        for (Lane lane : values()) {
            if (lane.label().equals(label)) {
                return Optional.of(lane);
            }
        }
        return Optional.empty();
    }
}
