package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How many entries a second the state machine applies: single-row INSERTs with one parameter, in batches of 1, 16 and
 * 128. Run its main with the test class path; the argument is a directory on the disk to be measured.
 */
final class ApplyBenchmark {

    private static final int ROUNDS = 4;
    private static final long ROUND_NANOS = 2_000_000_000L;

    private ApplyBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(arguments[0]), "apply");
        for (int batch : new int[] {1, 16, 128}) {
            Path file = directory.resolve("batch-" + batch + ".sqlite");
            try (SqliteStateMachine machine = SqliteStateMachine.open(file, ClusterLimits.DEFAULT)) {
                Log.run(machine, "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)");
                for (int round = 0; round < ROUNDS; round++) {
                    System.out.printf("batch %3d  %,8d entries/s%n", batch, round(machine, batch));
                }
            }
        }
    }

    private static long round(SqliteStateMachine machine, int batch) {
        Log log = new Log(machine.applied().index());
        long applied = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < ROUND_NANOS) {
            List<CommittedEntry> entries = new ArrayList<>(batch);
            for (int i = 0; i < batch; i++) {
                Statement insert =
                        new Statement("INSERT INTO t(v) VALUES(?)", List.of("value " + applied + i), Map.of());
                entries.add(log.entry(new Command(List.of(insert), false, (long) i)));
            }
            machine.apply(entries);
            applied += batch;
        }
        return applied * 1_000_000_000L / (System.nanoTime() - start);
    }
}
