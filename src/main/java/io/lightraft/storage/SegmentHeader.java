package io.lightraft.storage;

import io.lightraft.raft.HardState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The first block of a segment file. It is written and synced before the file gets its name, so a named segment with a
 * damaged header is damage, never a torn write.
 *
 * <p>All numbers are big-endian. In every format version the block is {@link #BYTES} long and begins with its CRC32C
 * (over all that follows in the block), the magic number and the version; what follows is version 1's.
 *
 * @param number counts the segments from 1, without gaps
 * @param fileBytes how long the file is from the start on; a shorter file was cut by somebody
 * @param hardState as of the end of the segment before
 * @param compacted the compaction point as of then
 * @param last the last entry as of then
 * @param lastBatch the number of the last batch in the segment before
 * @param chain the checksum of that batch, which the first batch here is chained to
 * @param salt random; goes into every checksum of the segment, so that no bytes from elsewhere pass for its own
 */
record SegmentHeader(
        long number,
        long fileBytes,
        LogIdentity identity,
        HardState hardState,
        LogPoint compacted,
        LogPoint last,
        long lastBatch,
        int chain,
        long salt) {

    static final int BYTES = 4096;

    private static final int FORMAT_VERSION = 1;
    private static final long MAGIC = 0x4c696768745f4c67L;
    private static final int CRC_BYTES = 4;
    private static final int MAX_NAME_BYTES = 1024;

    ByteBuffer encode() {
        ByteBuffer block = ByteBuffer.allocate(BYTES);
        block.position(CRC_BYTES);
        block.putLong(MAGIC).putInt(FORMAT_VERSION).putLong(number).putLong(fileBytes);
        putString(block, identity.clusterName());
        putString(block, identity.nodeId());
        block.putLong(hardState.term()).putLong(hardState.vote()).putLong(hardState.commit());
        block.putLong(compacted.index()).putLong(compacted.term());
        block.putLong(last.index()).putLong(last.term());
        block.putLong(lastBatch).putInt(chain).putLong(salt);
        block.clear();
        block.putInt(0, checksum(block));
        return block;
    }

    /** @param file how messages name the file */
    static SegmentHeader decode(ByteBuffer block, String file) {
        if (block.getInt(0) != checksum(block)) {
            throw StorageDamagedException.at(file, 0, "the segment's header is damaged");
        }
        block.position(CRC_BYTES);
        if (block.getLong() != MAGIC) {
            throw StorageDamagedException.at(file, 0, "this is no segment of a Lightraft log");
        }
        int version = block.getInt();
        if (version != FORMAT_VERSION) {
            throw new StorageFormatException(file + " has the format version " + version
                    + ", which is not known to this release (it knows " + FORMAT_VERSION + "); start a newer release");
        }
        return new SegmentHeader(
                block.getLong(),
                block.getLong(),
                new LogIdentity(getString(block), getString(block)),
                new HardState(block.getLong(), block.getLong(), block.getLong()),
                new LogPoint(block.getLong(), block.getLong()),
                new LogPoint(block.getLong(), block.getLong()),
                block.getLong(),
                block.getInt(),
                block.getLong());
    }

    private static int checksum(ByteBuffer block) {
        CRC32C crc = new CRC32C();
        crc.update(block.array(), CRC_BYTES, BYTES - CRC_BYTES);
        return (int) crc.getValue();
    }

    private static void putString(ByteBuffer block, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("a name of more than " + MAX_NAME_BYTES + " bytes: " + value);
        }
        block.putShort((short) bytes.length).put(bytes);
    }

    private static String getString(ByteBuffer block) {
        byte[] bytes = new byte[block.getShort()];
        block.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
