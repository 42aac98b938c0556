package io.lightraft.raft.confchange;

import io.lightraft.raft.EntryType;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.confchange.ConfChange.Transition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a {@link ConfChange}: format version, transition, number of changes (2 bytes), then per change its kind
 * and the node's id (8 bytes), and the context up to the end. No bytes at all stand for {@link ConfChange#leaveJoint()}:
 * a leader must be able to leave the joint configuration when the limit of uncommitted bytes is reached.
 */
final class ConfChangeCodec {

    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 4;
    private static final int CHANGE_BYTES = 9;

    private ConfChangeCodec() {}

    static byte[] encode(ConfChange change) {
        byte[] context = change.context();
        if (change.leavesJoint() && context.length == 0) {
            return context;
        }
        int count = change.changes().size();
        byte[] data = new byte[HEAD_BYTES + count * CHANGE_BYTES + context.length];
        data[0] = VERSION;
        data[1] = (byte) change.transition().ordinal();
        put(data, 2, 2, count);
        int at = HEAD_BYTES;
        for (Change each : change.changes()) {
            data[at] = (byte) each.kind().ordinal();
            put(data, at + 1, 8, each.nodeId());
            at += CHANGE_BYTES;
        }
        System.arraycopy(context, 0, data, at, context.length);
        return data;
    }

    static ConfChange decode(EntryType type, byte[] data) {
        if (type == EntryType.NORMAL) {
            throw new IllegalArgumentException("not a membership change");
        }
        if (data.length == 0) {
            return ConfChange.leaveJoint();
        }
        if (data[0] != VERSION) {
            throw new IllegalArgumentException("a change of the members has format version " + (data[0] & 0xff)
                    + ", which is not known to this release (it knows " + VERSION + "); start a newer release");
        }
        try {
            Transition transition = Transition.values()[data[1]];
            int count = (int) get(data, 2, 2);
            List<Change> changes = new ArrayList<>();
            int at = HEAD_BYTES;
            for (int i = 0; i < count; i++) {
                changes.add(new Change(Kind.values()[data[at]], get(data, at + 1, 8)));
                at += CHANGE_BYTES;
            }
            byte[] context = Arrays.copyOfRange(data, at, data.length);
            return new ConfChange(type == EntryType.CONF_CHANGE, transition, changes, context);
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("membership change of " + data.length + " bytes is damaged", e);
        }
    }

    /** Highest byte first. */
    private static void put(byte[] data, int at, int bytes, long value) {
        for (int i = 0; i < bytes; i++) {
            data[at + i] = (byte) (value >>> (8 * (bytes - 1 - i)));
        }
    }

    private static long get(byte[] data, int at, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | (data[at + i] & 0xff);
        }
        return value;
    }
}
