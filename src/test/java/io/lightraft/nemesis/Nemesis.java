package io.lightraft.nemesis;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Begins faults and ends them, up to two at a time, as a seed says. What a leader is, the cluster decides at that
 * moment; so the same seed gives the same plan, but not the same run.
 */
final class Nemesis {

    private static final int AT_ONCE = 2;
    private static final int LONGEST_FAULT_MILLIS = 5_000;
    private static final int LONGEST_PEACE_MILLIS = 2_500;
    /** On a machine that is busy with other things, processes take their time to start. */
    private static final int LONGEST_RECOVERY_MILLIS = 30_000;

    private static final int ANSWERS_OF_THE_RECOVERED = 100;

    private record Trouble(String what, long endNanos, boolean background, Faults.Heal heal) {}

    private final Faults faults;
    private final Random random;
    private final LongSupplier answers;
    private final Consumer<String> log;
    private final List<Trouble> troubles = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final long startNanos = System.nanoTime();

    /** @param answers how many answers clients have had so far */
    Nemesis(Faults faults, Random random, LongSupplier answers, Consumer<String> log) {
        this.faults = faults;
        this.random = random;
        this.answers = answers;
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
            boolean another = inTheWay().count() < AT_ONCE && random.nextInt(3) == 0;
            if (!another) {
                long nextNanos = inTheWay().mapToLong(Trouble::endNanos).min().orElse(0);
                pause(Math.min(nextNanos, endNanos));
                endOver();
                if (inTheWay().findAny().isEmpty() && random.nextInt(4) > 0) {
                    awaitRecovery(endNanos);
                }
                pause(Math.min(endNanos, System.nanoTime() + nanos(100, LONGEST_PEACE_MILLIS)));
            }
            check.run();
        }
    }

    /** Trouble of a cluster that does nothing anyway would tell nothing. */
    private void awaitRecovery(long endNanos) {
        long enough = answers.getAsLong() + ANSWERS_OF_THE_RECOVERED;
        long patienceNanos = Math.min(endNanos, System.nanoTime() + nanos(LONGEST_RECOVERY_MILLIS));
        pauseUntil(() -> answers.getAsLong() >= enough || System.nanoTime() >= patienceNanos);
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
        troubles.add(new Trouble(begun.what(), System.nanoTime() + lengthNanos, begun.background(), begun.heal()));
    }

    private Stream<Trouble> inTheWay() {
        return troubles.stream().filter(trouble -> !trouble.background());
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

    private static long nanos(int millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static void pause(long untilNanos) {
        pauseUntil(() -> System.nanoTime() >= untilNanos);
    }

    private static void pauseUntil(Callable<Boolean> over) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofMinutes(2))
                .until(over);
    }
}
