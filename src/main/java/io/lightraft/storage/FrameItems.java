package io.lightraft.storage;

import io.lightraft.raft.Entry;
import io.lightraft.raft.EntryType;
import io.lightraft.raft.HardState;
import java.nio.ByteBuffer;

/** What a frame's body can hold, and how it is written. Numbers are big-endian. */
final class FrameItems {

    private static final byte HARD_STATE = 1;
    private static final byte ENTRY = 2;
    private static final byte RESTART = 3;
    private static final byte COMPACTION = 4;
    private static final byte SEAL = 5;

    static final int HARD_STATE_BYTES = 1 + 3 * Long.BYTES;
    static final int POINT_BYTES = 1 + 2 * Long.BYTES;
    static final int SEAL_BYTES = 1;
    static final int ENTRY_HEAD_BYTES = 1 + 1 + 2 * Long.BYTES + Integer.BYTES;

    /** Who reads a body; items come in the order in which they were written. */
    interface Reader {

        void hardState(HardState hardState);

        /** Entries at and after its index that came before it no longer hold. */
        void entry(Entry entry);

        /** The log holds nothing and goes on after {@code point}. */
        void restart(LogPoint point);

        void compaction(LogPoint point);

        /** The segment ends here and the next one exists. */
        void seal();
    }

    private FrameItems() {}

    static void putHardState(ByteBuffer body, HardState state) {
        body.put(HARD_STATE).putLong(state.term()).putLong(state.vote()).putLong(state.commit());
    }

    static void putEntry(ByteBuffer body, Entry entry) {
        body.put(ENTRY)
                .put(codeOf(entry.type()))
                .putLong(entry.term())
                .putLong(entry.index())
                .putInt(entry.data().length)
                .put(entry.data());
    }

    static void putRestart(ByteBuffer body, LogPoint point) {
        body.put(RESTART).putLong(point.index()).putLong(point.term());
    }

    static void putCompaction(ByteBuffer body, LogPoint point) {
        body.put(COMPACTION).putLong(point.index()).putLong(point.term());
    }

    static void putSeal(ByteBuffer body) {
        body.put(SEAL);
    }

    /** @throws RuntimeException of some kind when the body, though its checksum is right, makes no sense */
    static void read(ByteBuffer body, Reader reader) {
        while (body.hasRemaining()) {
            byte kind = body.get();
            switch (kind) {
                case HARD_STATE -> reader.hardState(new HardState(body.getLong(), body.getLong(), body.getLong()));
                case ENTRY -> reader.entry(getEntry(body));
                case RESTART -> reader.restart(new LogPoint(body.getLong(), body.getLong()));
                case COMPACTION -> reader.compaction(new LogPoint(body.getLong(), body.getLong()));
                case SEAL -> reader.seal();
                default -> throw new IllegalArgumentException("unknown item of kind " + kind);
            }
        }
    }

    private static Entry getEntry(ByteBuffer body) {
        EntryType type = typeOf(body.get());
        long term = body.getLong();
        long index = body.getLong();
        int length = body.getInt();
        if (length < 0 || length > body.remaining()) {
            throw new IllegalArgumentException("entry " + index + " is said to have " + length + " bytes");
        }
        byte[] data = new byte[length];
        body.get(data);
        return new Entry(term, index, type, data);
    }

    private static byte codeOf(EntryType type) {
        return switch (type) {
            case NORMAL -> 0;
            case CONF_CHANGE -> 1;
            case CONF_CHANGE_V2 -> 2;
        };
    }

    private static EntryType typeOf(byte code) {
        return switch (code) {
            case 0 -> EntryType.NORMAL;
            case 1 -> EntryType.CONF_CHANGE;
            case 2 -> EntryType.CONF_CHANGE_V2;
            default -> throw new IllegalArgumentException("unknown entry type " + code);
        };
    }
}
