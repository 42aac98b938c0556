package io.lightraft.raft.confchange;

import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import java.util.List;

/**
 * A wish to change the membership, carried by an entry of the log.
 *
 * @param legacy written as {@link EntryType#CONF_CHANGE}, which holds exactly one change
 * @param changes applied in this order; empty: leave the joint configuration
 * @param context for whoever proposed it, never read by the core
 */
public record ConfChange(boolean legacy, Transition transition, List<Change> changes, byte[] context) {

    private static final byte[] NO_CONTEXT = {};

    /** How to get from the old membership to the new one. */
    public enum Transition {
        /** At once for a single change, else through a joint configuration that is left by itself. */
        AUTO,
        /** Through a joint configuration that is left by itself. */
        JOINT_IMPLICIT,
        /** Through a joint configuration that stays until {@link #leaveJoint()} is proposed. */
        JOINT_EXPLICIT
    }

    public enum Kind {
        ADD_VOTER,
        REMOVE,
        /** Changes nothing of the membership; the context says what it is about. */
        UPDATE,
        ADD_LEARNER
    }

    /** One step of it; {@code nodeId} 0 stands for nobody and changes nothing. */
    public record Change(Kind kind, long nodeId) {}

    public ConfChange {
        changes = List.copyOf(changes);
        if (legacy && (changes.size() != 1 || transition != Transition.AUTO)) {
            throw new IllegalArgumentException("a legacy change holds exactly one change and no transition");
        }
    }

    public static ConfChange of(Transition transition, List<Change> changes) {
        return new ConfChange(false, transition, changes, NO_CONTEXT);
    }

    public static ConfChange of(Kind kind, long nodeId) {
        return of(Transition.AUTO, List.of(new Change(kind, nodeId)));
    }

    public static ConfChange legacy(Kind kind, long nodeId) {
        return new ConfChange(true, Transition.AUTO, List.of(new Change(kind, nodeId)), NO_CONTEXT);
    }

    public static ConfChange leaveJoint() {
        return of(Transition.AUTO, List.of());
    }

    public EntryType entryType() {
        return legacy ? EntryType.CONF_CHANGE : EntryType.CONF_CHANGE_V2;
    }

    /** Whether it asks for the joint configuration to be left. */
    public boolean leavesJoint() {
        return transition == Transition.AUTO && changes.isEmpty();
    }

    /** Whether it goes through a joint configuration. */
    public boolean entersJoint() {
        return transition != Transition.AUTO || changes.size() > 1;
    }

    /** Whether that joint configuration is left by itself. */
    public boolean autoLeave() {
        return transition != Transition.JOINT_EXPLICIT;
    }

    /** The data of its entry. */
    public byte[] encode() {
        return ConfChangeCodec.encode(this);
    }

    /**
     * What an entry of type {@link EntryType#CONF_CHANGE} or {@link EntryType#CONF_CHANGE_V2} carries.
     *
     * @throws IllegalArgumentException when the data is not that of a membership change
     */
    public static ConfChange decode(Entry entry) {
        return ConfChangeCodec.decode(entry.type(), entry.data());
    }
}
