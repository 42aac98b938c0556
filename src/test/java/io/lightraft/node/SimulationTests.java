package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters under faults, one seed after the other. {@code -Dsim.seeds=FROM-TO} runs others than those of the
 * build.
 */
class SimulationTests {

    private static final String BUILD_SEEDS = "1-2000";
    private static final int THREADS = 2;

    @Test
    void nothingHappensThatMustNotHappenUnderAnySeed() throws InterruptedException, IOException {
        String[] range = System.getProperty("sim.seeds", BUILD_SEEDS).split("-");
        runAll(Long.parseLong(range[0]), Long.parseLong(range[range.length - 1]));
    }

    @Test
    void seedsThatOnceFailedStillPass() throws IOException {
        for (String line : Files.readAllLines(Path.of("src", "test", "resources", "simulation", "failed-seeds.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                Simulation.episode(Long.parseLong(line.strip().split(" ")[0]));
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(Simulation.episode(seed).digest())
                    .isEqualTo(Simulation.episode(seed).digest());
        }
    }

    private static void runAll(long from, long to) throws InterruptedException {
        long start = System.nanoTime();
        AtomicLong next = new AtomicLong(from);
        SimulationTally total = new SimulationTally();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            workers.add(threads.submit(() -> {
                for (long seed = next.getAndIncrement(); seed <= to; seed = next.getAndIncrement()) {
                    total.add(Simulation.episode(seed).tally());
                }
            }));
        }
        threads.shutdown();
        for (Future<?> worker : workers) {
            try {
                worker.get();
            } catch (ExecutionException failed) {
                next.set(to + 1);
                String message = failed.getCause().getMessage();
                String seed = message == null ? "?" : message.replaceAll("(?s)seed (\\d+),.*", "$1");
                throw new AssertionError(
                        message + "\nRun it again: ./mvnw test -Dtest=SimulationTests -Dsim.seeds=" + seed,
                        failed.getCause());
            }
        }
        System.out.printf(
                "%d episodes, seeds %d to %d, in %d s: %s%n",
                to - from + 1, from, to, (System.nanoTime() - start) / 1_000_000_000, total);
    }
}
