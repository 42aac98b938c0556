package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.transport.Frame;
import io.lightraft.transport.Frame.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may write, on the leader, while transactions take turns. */
class WriteLineTests {

    private static final UUID PLAIN = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);
    private static final UUID TRANSACTIONS = new UUID(0, 3);
    private static final long TERM = 7;
    private static final long DEADLINE = 10_000;

    private final List<String> log = new ArrayList<>();
    private final List<Frame.Verdicts> answers = new ArrayList<>();
    private boolean leads = true;
    private final WriteLine line = new WriteLine(
            new ProposalIntake((incarnation, first, commands) -> {
                commands.forEach(command -> log.add(new String(command, StandardCharsets.UTF_8)));
                return Verdict.APPENDED;
            }),
            (to, verdicts) -> answers.add(verdicts),
            log::size,
            term -> leads,
            0);
    private long nowMillis;

    private WriteTurn request(CompletableFuture<WriteTurn> granted) {
        WriteTurn turn = new WriteTurn(TRANSACTIONS, DEADLINE, granted, line::giveBack);
        line.request(turn, TERM);
        return turn;
    }

    private void send(UUID source, int first, String... commands) {
        List<byte[]> bytes = Stream.of(commands)
                .map(command -> command.getBytes(StandardCharsets.UTF_8))
                .toList();
        List<Long> patience = bytes.stream().map(command -> 1000L).toList();
        line.accept(1, new Frame.Proposals(source, TERM, first, 0, patience, bytes), TERM, nowMillis);
    }

    @Test
    void aTurnIsGrantedWhenEverythingBeforeIsApplied() {
        send(PLAIN, 1, "a", "b");
        CompletableFuture<WriteTurn> granted = new CompletableFuture<>();
        request(granted);
        line.applied(1);
        assertThat(granted).isNotDone();
        line.applied(2);
        assertThat(granted).isDone();
    }

    // It may have heard of a newer term before this, in the same turn of the loop.
    @Test
    void nothingIsGrantedOrAppendedOnceThisNodeLeadsNoMore() {
        send(PLAIN, 1, "a");
        CompletableFuture<WriteTurn> granted = new CompletableFuture<>();
        WriteTurn turn = request(granted);
        send(OTHER, 1, "x");
        leads = false;
        line.applied(1);
        line.giveBack(turn);
        assertThat(granted).isNotDone();
        assertThat(log).containsExactly("a");
        line.lose();
        assertThat(turn.isOver()).isTrue();
    }

    @Test
    void othersWaitInOrderUntilTheTransactionSendsItsCommand() {
        WriteTurn turn = request(new CompletableFuture<>());
        send(PLAIN, 1, "a");
        send(OTHER, 1, "x");
        send(PLAIN, 1, "a", "b");
        assertThat(log).isEmpty();
        assertThat(turn.isContended()).isTrue();
        send(TRANSACTIONS, 1, "commit");
        assertThat(log).containsExactly("commit", "a", "x", "b");
        assertThat(turn.isOver()).isTrue();
        send(PLAIN, 3, "c");
        assertThat(log).endsWith("c");
    }

    @Test
    void transactionsTakeTurnsWithThoseWhoCameBetween() {
        WriteTurn first = request(new CompletableFuture<>());
        send(PLAIN, 1, "a");
        CompletableFuture<WriteTurn> granted = new CompletableFuture<>();
        request(granted);
        send(PLAIN, 2, "b");
        first.giveBack();
        assertThat(log).containsExactly("a");
        assertThat(granted).isNotDone();
        line.applied(1);
        assertThat(granted).isCompletedWithValueMatching(WriteTurn::isContended);
    }

    @Test
    void whoReachesItsDeadlineIsRefusedAndNeverAppended() {
        WriteTurn turn = request(new CompletableFuture<>());
        send(PLAIN, 1, "a");
        nowMillis = 500;
        send(PLAIN, 2, "b", "c");
        line.expire(950);
        assertThat(answers).hasSize(1);
        assertThat(answers.get(0).verdicts()).containsExactly(Verdict.HELD);
        turn.giveBack();
        assertThat(log).containsExactly("b", "c");
    }

    @Test
    void aRefusedCommandInTheMiddleLeavesNoGap() {
        WriteTurn turn = request(new CompletableFuture<>());
        nowMillis = 500;
        send(PLAIN, 1, "a");
        nowMillis = 0;
        send(PLAIN, 2, "b");
        nowMillis = 500;
        send(PLAIN, 3, "c");
        line.expire(950);
        turn.giveBack();
        assertThat(log).containsExactly("a", "c");
    }

    @Test
    void aTurnThatIsNotGrantedInTimeIsBusy() {
        request(new CompletableFuture<>());
        CompletableFuture<WriteTurn> granted = new CompletableFuture<>();
        request(granted);
        line.expire(DEADLINE);
        assertThat(granted).isCompletedExceptionally();
    }

    @Test
    void whatHasLeftTheLineMakesRoomInItThoughItIsNeverEmpty() {
        String large = "x".repeat(8 << 20);
        WriteTurn turn = request(new CompletableFuture<>());
        for (int number = 1; number <= 20; number++) {
            send(PLAIN, number, large);
            WriteTurn next = request(new CompletableFuture<>());
            turn.giveBack();
            turn = next;
        }
        assertThat(answers)
                .allSatisfy(verdicts -> assertThat(verdicts.verdicts()).containsOnly(Verdict.APPENDED));
        assertThat(log).hasSize(20);
    }

    @Test
    void allIsOverWhenTheOfficeIsLost() {
        WriteTurn turn = request(new CompletableFuture<>());
        CompletableFuture<WriteTurn> waiting = new CompletableFuture<>();
        request(waiting);
        send(PLAIN, 1, "a");
        line.lose();
        assertThat(turn.isOver()).isTrue();
        assertThat(waiting).isCompletedExceptionally();
        assertThat(log).isEmpty();
    }
}
