package io.lightraft.nemesis;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Begins faults and ends them, up to two at a time, as a seed says. What a leader is, the cluster decides at that
 * moment; so the same seed gives the same plan, but not the same run.
 */
final class Nemesis {

    private static final int AT_ONCE = 2;
    private static final int LONGEST_FAULT_MILLIS = 5_000;
    private static final int LONGEST_PEACE_MILLIS = 2_500;

    private record Trouble(String what, long endNanos, Faults.Heal heal) {}

    private final Faults faults;
    private final Random random;
    private final Consumer<String> log;
    private final List<Trouble> troubles = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final long startNanos = System.nanoTime();

    Nemesis(Faults faults, Random random, Consumer<String> log) {
        this.faults = faults;
        this.random = random;
        this.log = log;
    }

    /**
     * Makes trouble; some of it is still there afterwards.
     *
     * @param check run between faults; what it throws ends it all
     */
    void run(Duration duration, Runnable check) throws Exception {
        long endNanos = System.nanoTime() + duration.toNanos();
        List<String> unused = new ArrayList<>();
        while (System.nanoTime() < endNanos) {
            if (unused.isEmpty()) {
                // Each kind once before any comes twice.
                unused.addAll(faults.names());
                Collections.shuffle(unused, random);
            }
            begin(unused.remove(0));
            boolean another = troubles.size() < AT_ONCE && random.nextInt(3) == 0;
            if (!another) {
                long nextNanos =
                        troubles.stream().mapToLong(Trouble::endNanos).min().orElse(0);
                pause(Math.min(nextNanos, endNanos));
                endOver();
                pause(Math.min(endNanos, System.nanoTime() + nanos(100, LONGEST_PEACE_MILLIS)));
            }
            check.run();
        }
    }

    /** Ends all trouble. */
    void heal() throws Exception {
        for (Trouble trouble : List.copyOf(troubles)) {
            end(trouble);
        }
    }

    /** How often each fault was there. */
    Map<String, Integer> counts() {
        return counts;
    }

    private void begin(String name) throws Exception {
        Faults.Begun begun = faults.begin(name, random);
        if (begun == null) {
            return;
        }
        counts.merge(name, 1, Integer::sum);
        say("begin " + begun.what());
        long lengthNanos = begun.lengthMillis() > 0
                ? TimeUnit.MILLISECONDS.toNanos(begun.lengthMillis())
                : nanos(1_000, LONGEST_FAULT_MILLIS);
        troubles.add(new Trouble(begun.what(), System.nanoTime() + lengthNanos, begun.heal()));
    }

    private void endOver() throws Exception {
        for (Trouble trouble : List.copyOf(troubles)) {
            if (trouble.endNanos() <= System.nanoTime()) {
                end(trouble);
            }
        }
    }

    private void end(Trouble trouble) throws Exception {
        troubles.remove(trouble);
        say("end   " + trouble.what());
        trouble.heal().run();
    }

    private void say(String text) {
        log.accept(String.format("%8d ms  %s", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos), text));
    }

    private long nanos(int fromMillis, int toMillis) {
        return TimeUnit.MILLISECONDS.toNanos(fromMillis + random.nextInt(toMillis - fromMillis));
    }

    private static void pause(long untilNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
        if (millis > 0) {
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofMillis(millis + 60_000))
                    .until(() -> System.nanoTime() >= untilNanos);
        }
    }
}
