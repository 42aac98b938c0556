package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One question for all that wait, asked again until there is an answer. */
class ReadRoundsTests {

    private final List<String> asked = new ArrayList<>();
    private final ReadRounds rounds = new ReadRounds(new UUID(0, 1), 10, 0, asked::add, () -> "no quorum");

    @Test
    void aReadDoesNotWaitForARoundThatEverybodyHasGivenUp() {
        rounds.await(new CompletableFuture<>(), 100);
        rounds.flush();
        rounds.expire(100);
        CompletableFuture<Long> read = new CompletableFuture<>();
        rounds.await(read, 1000);
        rounds.flush();
        assertThat(asked).hasSize(2);
        rounds.confirmed(asked.get(0), 5);
        rounds.applied(5);
        assertThat(read).as("answered by a question from before it").isNotDone();
        rounds.confirmed(asked.get(1), 5);
        assertThat(read).isCompletedWithValue(5L);
    }

    @Test
    void aNewStreamToTheLeaderIsAReasonToAskAtOnce() {
        rounds.await(new CompletableFuture<>(), 100);
        rounds.flush();
        rounds.askAnew();
        assertThat(asked).hasSize(2);
    }

    @Test
    void aReadThatWaitsForeverIsNoReasonToPutOffTheEndOfTheNode() {
        rounds.await(new CompletableFuture<>(), Long.MAX_VALUE);
        rounds.flush();
        assertThat(rounds.isIdle()).isTrue();
        rounds.await(new CompletableFuture<>(), 100);
        assertThat(rounds.isIdle()).isFalse();
    }
}
