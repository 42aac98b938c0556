package io.lightraft.node;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What the leader puts before each command when it appends it, so that every node computes with the same values. The
 * id of the proposal is (incarnation, term of the entry, number).
 *
 * @param formatVersion of this header and the command behind it; a node refuses one that it does not know
 * @param clockMillis the leader's clock, milliseconds since 1970 UTC, never less than in the entry before
 * @param seed for everything random in the command
 * @param incarnation the run of the process that proposed it
 * @param number counts that run's proposals within the entry's term
 */
public record EntryHeader(int formatVersion, long clockMillis, long seed, UUID incarnation, long number) {

    public static final int FORMAT_VERSION = 1;
    public static final int BYTES = 1 + 8 + 8 + 16 + 8;

    /** The data of an entry: this header, then the command as its origin encoded it. */
    public byte[] prepend(byte[] command) {
        return ByteBuffer.allocate(BYTES + command.length)
                .put((byte) formatVersion)
                .putLong(clockMillis)
                .putLong(seed)
                .putLong(incarnation.getMostSignificantBits())
                .putLong(incarnation.getLeastSignificantBits())
                .putLong(number)
                .put(command)
                .array();
    }

    /**
     * The header of an entry's data; the command is what follows its {@link #BYTES} bytes.
     *
     * @throws IllegalArgumentException when the data is too short or of another format version
     */
    public static EntryHeader of(byte[] data) {
        if (data.length < BYTES) {
            throw new IllegalArgumentException("an entry of " + data.length + " bytes is too short for a command");
        }
        ByteBuffer in = ByteBuffer.wrap(data);
        int version = in.get();
        if (version != FORMAT_VERSION) {
            throw new IllegalArgumentException("entry format version " + version + " is not known to this release (it"
                    + " knows " + FORMAT_VERSION + "); start a newer release");
        }
        return new EntryHeader(version, in.getLong(), in.getLong(), new UUID(in.getLong(), in.getLong()), in.getLong());
    }
}
