package io.lightraft.storage;

import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints how long one synced append takes. The first argument names a directory on the disk in question; files are
 * made in a new directory below it and removed.
 */
final class LogBenchmark {

    private static final int ENTRY_BYTES = 200;
    private static final int WARM_UP = 1000;
    private static final int ROUNDS = 5000;

    private LogBenchmark() {}

    public static void main(String[] args) throws IOException {
        for (int batch : new int[] {1, 16, 128}) {
            Path directory = Files.createTempDirectory(Path.of(args.length > 0 ? args[0] : "."), "log-benchmark");
            try {
                measure(directory, batch);
            } finally {
                try (var files = Files.list(directory)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(directory);
            }
        }
    }

    private static void measure(Path directory, int batch) {
        long[] nanos = new long[ROUNDS];
        try (DurableLog log = DurableLog.open(
                directory, LogFixture.IDENTITY, DurableLogOptions.DEFAULTS, new LogFixture.Listener())) {
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                long first = log.lastIndex() + 1;
                List<Entry> entries = LogFixture.entries(1, first, first + batch - 1, ENTRY_BYTES);
                HardState state = new HardState(1, 1, first - 1);
                long start = System.nanoTime();
                log.append(state, entries);
                log.sync();
                if (round >= 0) {
                    nanos[round] = System.nanoTime() - start;
                }
            }
        }
        double mean = Arrays.stream(nanos).average().orElse(0);
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "batch %3d x %d B: p50 %d us, p99 %d us, max %d us, %.0f entries/s%n",
                batch,
                ENTRY_BYTES,
                nanos[ROUNDS / 2] / 1000,
                nanos[ROUNDS * 99 / 100] / 1000,
                nanos[ROUNDS - 1] / 1000,
                batch * 1e9 / mean);
    }
}
