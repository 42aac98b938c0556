package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation bites: each bug is caught by it within a number of seeds. */
class PlantedBugTests {

    @ParameterizedTest
    @EnumSource
    void isCaught(PlantedBug bug) {
        MutantLoader mutant = MutantLoader.of(bug.source, bug.original, bug.replacement);
        assertThat(seedsUntilCaught(mutant, bug))
                .as("seeds until %s is caught", bug)
                .isPositive();
    }

    private static int seedsUntilCaught(MutantLoader mutant, PlantedBug bug) {
        long start = System.nanoTime();
        for (int seed = 1; seed <= MAX_SEEDS; seed++) {
            try {
                mutant.episode(seed);
            } catch (AssertionError caught) {
                String words =
                        String.valueOf(caught.getMessage()).lines().findFirst().orElse("");
                System.out.printf(
                        "%s: caught by seed %d of at most %d, after %d ms: %s%n",
                        bug, seed, MAX_SEEDS, (System.nanoTime() - start) / 1_000_000, words);
                return seed;
            }
        }
        return 0;
    }

    private static final int MAX_SEEDS = 500;
}
