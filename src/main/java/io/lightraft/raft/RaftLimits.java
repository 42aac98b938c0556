package io.lightraft.raft;

import java.util.List;

/**
 * How the size of entries is counted wherever a limit is given in bytes: as the encoding of etcd's published test data
 * counts it (tags, variable-length term and index, data), so that the same limits cut at the same entries.
 */
public final class RaftLimits {

    private RaftLimits() {}

    public static long sizeOf(Entry entry) {
        // The type is a one-byte value behind a one-byte tag; so are term and index, with as many bytes as they need.
        return 2 + 1 + varintBytes(entry.term()) + 1 + varintBytes(entry.index()) + dataBytes(entry);
    }

    /** The longest prefix whose size does not pass {@code maxBytes}, but at least one entry of a list that has any. */
    public static List<Entry> limit(List<Entry> entries, long maxBytes) {
        long total = 0;
        for (int i = 0; i < entries.size(); i++) {
            total += sizeOf(entries.get(i));
            if (total > maxBytes && i > 0) {
                return entries.subList(0, i);
            }
        }
        return entries;
    }

    /** The size of all of them together. */
    public static long sizeOf(List<Entry> entries) {
        long total = 0;
        for (Entry entry : entries) {
            total += sizeOf(entry);
        }
        return total;
    }

    /** The data alone: what counts as waiting to be committed, or as under way to a peer. */
    public static long payloadBytes(List<Entry> entries) {
        long total = 0;
        for (Entry entry : entries) {
            total += entry.data().length;
        }
        return total;
    }

    private static long dataBytes(Entry entry) {
        int length = entry.data().length;
        return length == 0 ? 0 : 1 + varintBytes(length) + length;
    }

    private static int varintBytes(long value) {
        return (63 - Long.numberOfLeadingZeros(value | 1)) / 7 + 1;
    }
}
