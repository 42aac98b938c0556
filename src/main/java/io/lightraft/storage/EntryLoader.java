package io.lightraft.storage;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** Brings entries back into memory that fell out of it. {@link #request} on any thread, the rest on maintenance. */
final class EntryLoader {

    private static final int WINDOW_BYTES = 256 << 10;

    private final LogMemory memory;
    private final SegmentStore store;
    private final long loadBytes;
    private final Executor maintenance;
    private final LogListener listener;

    /** First indexes of the loads that are under way. */
    private final Set<Long> requested = ConcurrentHashMap.newKeySet();

    EntryLoader(LogMemory memory, SegmentStore store, long loadBytes, Executor maintenance, LogListener listener) {
        this.memory = memory;
        this.store = store;
        this.loadBytes = loadBytes;
        this.maintenance = maintenance;
        this.listener = listener;
    }

    /** The entries from {@code index} on are wanted; the listener hears when it is worth asking for them again. */
    void request(long index) {
        if (requested.add(index)) {
            maintenance.execute(() -> run(index));
        }
    }

    private void run(long index) {
        try {
            load(index);
        } catch (StorageException e) {
            listener.failed(e);
            return;
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it was: without these entries a follower or the applier would wait for ever.
            listener.failed(StorageFailedException.of(
                    "can't read entry " + index + " of the log in "
                            + store.files().describe(""),
                    e));
            return;
        } finally {
            requested.remove(index);
        }
        listener.entriesLoaded();
    }

    private void load(long from) throws IOException {
        LogMemory.Place place = memory.place(from);
        if (place == null) {
            return;
        }
        long epoch = place.epoch();
        // What leaves the cache only now may have been written after the reader has looked ahead.
        long limit = place.cachedFrom();
        Collector collector = new Collector(from);
        FrameReader reader = null;
        Segment segment = null;
        while (place != null && place.epoch() == epoch && collector.wantsMore(limit)) {
            if (reader == null || segment == null || segment.number() != Segment.numberOf(place.location())) {
                segment = store.get(Segment.numberOf(place.location()));
                reader = new FrameReader(segment, WINDOW_BYTES);
            }
            collector.end = place.end();
            readFrame(segment, reader, Segment.offsetOf(place.location()), collector);
            place = memory.place(collector.next());
        }
        memory.loaded(List.copyOf(collector.entries), epoch);
    }

    private void readFrame(Segment segment, FrameReader reader, long offset, Collector collector) throws IOException {
        FrameHeader header = reader.header(offset);
        ByteBuffer body = header == null ? null : reader.body(header, offset);
        if (body == null) {
            throw damaged(segment, offset, "the batch was intact when it was written or last read");
        }
        long before = collector.next();
        try {
            FrameItems.read(body, collector);
        } catch (RuntimeException e) {
            throw damaged(segment, offset, "its checksum is right, its content is not: " + e.getMessage());
        }
        if (collector.next() == before) {
            throw damaged(segment, offset, "entry " + before + " is not in it");
        }
    }

    private StorageDamagedException damaged(Segment segment, long offset, String what) {
        return StorageDamagedException.at(store.describe(segment), offset, what);
    }

    /** Takes from a frame the entries that are wanted and hold. */
    private final class Collector implements FrameItems.Reader {

        private final long first;
        private final List<Entry> entries = new ArrayList<>();
        private long bytes;
        private long end;

        Collector(long first) {
            this.first = first;
        }

        boolean wantsMore(long limit) {
            return bytes < loadBytes && next() < limit;
        }

        long next() {
            return first + entries.size();
        }

        @Override
        public void entry(Entry entry) {
            while (next() > entry.index() && !entries.isEmpty()) {
                bytes -= EntryCache.sizeOf(entries.remove(entries.size() - 1));
            }
            boolean wanted = entry.index() == next() && entry.index() < end;
            if (wanted && (entries.isEmpty() || bytes < loadBytes)) {
                entries.add(entry);
                bytes += EntryCache.sizeOf(entry);
            }
        }

        @Override
        public void restart(LogPoint point) {
            // Nothing to take back: what was before it is replaced by the entries that follow.
        }

        @Override
        public void hardState(HardState hardState) {}

        @Override
        public void compaction(LogPoint point) {}

        @Override
        public void seal() {}
    }
}
