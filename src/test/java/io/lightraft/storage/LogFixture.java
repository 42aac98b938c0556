package io.lightraft.storage;

import static org.awaitility.Awaitility.await;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.LogStorage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

/** What the tests of the log have in common. */
final class LogFixture {

    static final LogIdentity IDENTITY = new LogIdentity("lightraft", "0");
    static final DurableLogOptions SMALL = DurableLogOptions.DEFAULTS.withSegmentBytes(8192);

    static final class Listener implements LogListener {
        final AtomicInteger loads = new AtomicInteger();
        final List<StorageException> faults = new CopyOnWriteArrayList<>();

        @Override
        public void entriesLoaded() {
            loads.incrementAndGet();
        }

        @Override
        public void snapshotWanted() {}

        @Override
        public void failed(StorageException fault) {
            faults.add(fault);
        }
    }

    /** What a log amounts to, to be compared. */
    record Content(HardState hardState, LogPoint compacted, List<Entry> entries) {

        static final Content EMPTY = new Content(HardState.EMPTY, LogPoint.START, List.of());

        long lastIndex() {
            return compacted.index() + entries.size();
        }

        Content with(HardState state) {
            return state.isEmpty() ? this : new Content(state, compacted, entries);
        }

        Content append(List<Entry> more) {
            if (more.isEmpty()) {
                return this;
            }
            List<Entry> all =
                    new ArrayList<>(entries.subList(0, (int) (more.get(0).index() - compacted.index() - 1)));
            all.addAll(more);
            return new Content(hardState, compacted, all);
        }

        Content compact(long index) {
            int gone = (int) (index - compacted.index());
            LogPoint point = new LogPoint(index, entries.get(gone - 1).term());
            return new Content(hardState, point, entries.subList(gone, entries.size()));
        }

        Content restart(LogPoint point) {
            return new Content(hardState, point, List.of());
        }
    }

    private LogFixture() {}

    static DurableLog open(LogFiles files, DurableLogOptions options) {
        return DurableLog.open(files, IDENTITY, options, new Listener(), Runnable::run);
    }

    static DurableLog open(LogFiles files) {
        return open(files, SMALL);
    }

    static Content contentOf(DurableLog log) {
        LogPoint compacted = new LogPoint(log.firstIndex() - 1, log.term(log.firstIndex() - 1));
        List<Entry> entries = new ArrayList<>();
        for (long next = log.firstIndex(); next <= log.lastIndex(); next = log.firstIndex() + entries.size()) {
            entries.addAll(readSome(log, next));
        }
        for (Entry entry : entries) {
            if (log.term(entry.index()) != entry.term()) {
                throw new AssertionError("term(" + entry.index() + ") is " + log.term(entry.index()));
            }
        }
        return new Content(log.initialHardState(), compacted, entries);
    }

    /** The entries from {@code low} on, as many as there are in memory once the first one is. */
    static List<Entry> readSome(DurableLog log, long low) {
        for (int tries = 0; tries < 2; tries++) {
            try {
                return log.entries(low, log.lastIndex() + 1, Long.MAX_VALUE);
            } catch (LogStorage.TemporarilyUnavailableException e) {
                // With maintenance on this thread it is loaded by now.
            }
        }
        return await().ignoreExceptionsInstanceOf(LogStorage.TemporarilyUnavailableException.class)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> log.entries(low, log.lastIndex() + 1, Long.MAX_VALUE), found -> true);
    }

    static List<Entry> entries(long term, long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(index -> Entry.normal(term, index, data(term + "/" + index)))
                .toList();
    }

    static List<Entry> entries(long term, long from, long to, int dataBytes) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(index -> {
                    byte[] data = new byte[dataBytes];
                    Arrays.fill(data, (byte) (index * 31 + term | 1));
                    return Entry.normal(term, index, data);
                })
                .toList();
    }

    static byte[] data(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
