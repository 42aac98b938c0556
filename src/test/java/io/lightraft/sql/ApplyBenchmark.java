package io.lightraft.sql;

import io.lightraft.node.CommittedEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a state machine can do alone: how many entries a second it applies, each a single-row INSERT with one parameter,
 * in batches of 1, 16 and 128; what a column with DEFAULT CURRENT_TIMESTAMP costs beside one with a literal, in turns;
 * and what the running hash of outcomes takes of an entry. Run its main with the test class path; the argument is a
 * directory on the disk to be measured.
 */
final class ApplyBenchmark {

    private static final int ROUNDS = 4;
    private static final int TURNS = 6;
    private static final long ROUND_NANOS = 2_000_000_000L;
    private static final int FOLDS = 20_000_000;

    private ApplyBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(arguments[0]), "apply");
        for (int batch : new int[] {1, 16, 128}) {
            try (SqliteStateMachine machine = open(directory.resolve("batch-" + batch + ".sqlite"))) {
                for (int round = 0; round < ROUNDS; round++) {
                    System.out.printf("batch %3d  %,8d entries/s%n", batch, perSecond(machine, batch, "t"));
                }
            }
        }
        try (SqliteStateMachine machine = open(directory.resolve("default.sqlite"))) {
            for (int turn = 0; turn < TURNS; turn++) {
                System.out.printf(
                        "batch  16  literal %,.1f us, CURRENT_TIMESTAMP %,.1f us an entry%n",
                        1e6 / perSecond(machine, 16, "literal"), 1e6 / perSecond(machine, 16, "clock"));
            }
        }
        System.out.printf("running hash  %,.1f ns an entry%n", hashNanos());
    }

    private static SqliteStateMachine open(Path file) {
        SqliteStateMachine machine = SqliteStateMachine.open(file, ClusterLimits.DEFAULT);
        Log.run(machine, "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)");
        Log.run(machine, "CREATE TABLE literal(id INTEGER PRIMARY KEY, v TEXT, at TEXT DEFAULT '2026-01-01 00:00:00')");
        Log.run(machine, "CREATE TABLE clock(id INTEGER PRIMARY KEY, v TEXT, at TEXT DEFAULT CURRENT_TIMESTAMP)");
        return machine;
    }

    private static long perSecond(SqliteStateMachine machine, int batch, String table) {
        Log log = new Log(machine.applied().index());
        long applied = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < ROUND_NANOS) {
            List<CommittedEntry> entries = new ArrayList<>(batch);
            for (int i = 0; i < batch; i++) {
                Statement insert = new Statement(
                        "INSERT INTO " + table + "(v) VALUES(?)", List.of("value " + applied + i), Map.of());
                entries.add(log.entry(new Command(List.of(insert), false, (long) i)));
            }
            machine.apply(entries);
            applied += batch;
        }
        return applied * 1_000_000_000L / (System.nanoTime() - start);
    }

    private static double hashNanos() {
        long hash = 0;
        long start = 0;
        for (int i = -FOLDS; i < FOLDS; i++) {
            start = i == 0 ? System.nanoTime() : start;
            hash = OutcomeHash.fold(hash, i, List.of(new StatementResult.Changed(1, i)));
        }
        double nanos = (double) (System.nanoTime() - start) / FOLDS;
        return hash == 0 ? 0 : nanos;
    }
}
