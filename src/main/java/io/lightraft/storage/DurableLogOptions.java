package io.lightraft.storage;

/**
 * Sizes of the durable log.
 *
 * @param segmentBytes the size of a segment file; a batch that doesn't fit gets a segment of its own size
 * @param cacheBytes how much of the newest entries stays in memory
 * @param readAheadBytes how much of older entries, loaded for followers that lag, stays in memory
 * @param loadBytes how much one load from disk brings in
 * @param batchBytes a batch that has grown past this is made durable without waiting for {@code sync()}
 */
public record DurableLogOptions(
        long segmentBytes, long cacheBytes, long readAheadBytes, long loadBytes, long batchBytes) {

    private static final long MIB = 1 << 20;

    public static final DurableLogOptions DEFAULTS =
            new DurableLogOptions(16 * MIB, 32 * MIB, 32 * MIB, 2 * MIB, 64 * MIB);

    public DurableLogOptions {
        if (segmentBytes < 8192) {
            throw new IllegalArgumentException("segmentBytes must be at least 8192, not " + segmentBytes);
        }
        if (cacheBytes < 0 || readAheadBytes < 0 || loadBytes < 1) {
            throw new IllegalArgumentException("cacheBytes, readAheadBytes and loadBytes must be positive");
        }
        if (batchBytes < 1 || batchBytes > 512 * MIB) {
            throw new IllegalArgumentException("batchBytes must lie between 1 and 512 MiB, not " + batchBytes);
        }
    }

    public DurableLogOptions withSegmentBytes(long bytes) {
        return new DurableLogOptions(bytes, cacheBytes, readAheadBytes, loadBytes, batchBytes);
    }

    public DurableLogOptions withCacheBytes(long bytes) {
        return new DurableLogOptions(segmentBytes, bytes, readAheadBytes, loadBytes, batchBytes);
    }

    public DurableLogOptions withReadAheadBytes(long bytes) {
        return new DurableLogOptions(segmentBytes, cacheBytes, bytes, loadBytes, batchBytes);
    }

    public DurableLogOptions withLoadBytes(long bytes) {
        return new DurableLogOptions(segmentBytes, cacheBytes, readAheadBytes, bytes, batchBytes);
    }

    public DurableLogOptions withBatchBytes(long bytes) {
        return new DurableLogOptions(segmentBytes, cacheBytes, readAheadBytes, loadBytes, bytes);
    }
}
