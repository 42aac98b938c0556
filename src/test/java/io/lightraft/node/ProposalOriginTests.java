package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.transport.Frame.Proposals;
import io.lightraft.transport.Frame.Verdict;
import io.lightraft.transport.Frame.Verdicts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** The origin's side: what it may say of a command, and when. */
class ProposalOriginTests {

    private static final UUID SELF = new UUID(0, 1);
    private static final long LEADER = 2;

    private final List<Proposals> sent = new ArrayList<>();
    private final ProposalOrigin<String> origin =
            new ProposalOrigin<>(SELF, 100, 1 << 20, (to, frame) -> sent.add(frame), () -> "no leader known");

    @Test
    void whatIsNotAnsweredIsSentAgainFromTheLowestNumberOn() {
        propose("a");
        propose("b");
        propose("c");
        leads(5);
        verdicts(5, 1, Verdict.APPENDED);
        sent.clear();
        origin.resend();
        assertThat(sent).singleElement().satisfies(frame -> {
            assertThat(frame.firstNumber()).isEqualTo(2);
            assertThat(frame.commands()).hasSize(2);
            assertThat(frame.settled()).isEqualTo(1);
        });
    }

    @Test
    void anAnswerOfAnotherTermOrIncarnationProvesNothing() {
        CompletableFuture<String> write = propose("a");
        leads(5);
        verdicts(4, 1, Verdict.BUSY);
        origin.verdicts(new Verdicts(new UUID(0, 9), 5, 1, List.of(Verdict.BUSY)));
        assertThat(write).isNotDone();
    }

    @Test
    void busyFromTheLeaderOfItsTermMeansNotDone() {
        CompletableFuture<String> write = propose("a");
        leads(5);
        verdicts(5, 1, Verdict.BUSY);
        assertFailed(write, ReplicaException.Busy.class);
    }

    @Test
    void refusedForATransferItIsProposedAgainUnderTheNextNumber() {
        CompletableFuture<String> write = propose("a");
        leads(5);
        verdicts(5, 1, Verdict.TRANSFERRING);
        origin.flush();
        assertThat(sent).hasSize(1);
        origin.leaderIs(6, 3);
        origin.flush();
        assertThat(sent.get(1).term()).isEqualTo(6);
        assertThat(sent.get(1).firstNumber()).isEqualTo(1);
        apply(6, 1, "done");
        assertThat(write).isCompletedWithValue("done");
    }

    @Test
    void aNewLeaderAloneIsNoReasonToProposeAgain() {
        propose("a");
        leads(5);
        origin.leaderIs(6, 3);
        origin.flush();
        origin.resend();
        assertThat(sent).hasSize(1);
    }

    @Test
    void onceALaterTermIsAppliedItIsProposedAgainInOrder() {
        propose("a");
        propose("b");
        leads(5);
        origin.leaderIs(6, 3);
        CompletableFuture<String> later = propose("c");
        origin.flush();
        origin.applied(6, null, null);
        origin.flush();
        assertThat(sent.stream().filter(frame -> frame.term() == 6).flatMap(frame -> frame.commands().stream()))
                .extracting(command -> new String(command, StandardCharsets.UTF_8))
                .containsExactly("c", "a", "b");
        apply(6, 1, "done");
        assertThat(later).isCompletedWithValue("done");
    }

    @Test
    void appliedUnderTheOldTermItIsDoneAndNotProposedAgain() {
        CompletableFuture<String> write = propose("a");
        leads(5);
        origin.leaderIs(6, 3);
        apply(5, 1, "done");
        origin.applied(6, null, null);
        origin.flush();
        assertThat(write).isCompletedWithValue("done");
        assertThat(sent).hasSize(1);
    }

    @Test
    void anotherNodesCommandWithTheSameNumberIsNotItsOwn() {
        CompletableFuture<String> write = propose("a");
        leads(5);
        origin.applied(5, new EntryHeader(1, 0, 0, new UUID(0, 9), 1), "theirs");
        assertThat(write).isNotDone();
    }

    @Test
    void aSnapshotThatPassedItLeavesTheOutcomeUnknown() {
        CompletableFuture<String> sentOne = propose("a");
        leads(5);
        origin.leaderIs(5, 0);
        CompletableFuture<String> waiting = propose("b");
        origin.snapshotInstalled();
        assertFailed(sentOne, ReplicaException.OutcomeUnknown.class);
        assertThat(waiting).isNotDone();
    }

    @Test
    void aRepeatableCommandIsProposedAgainAfterASnapshotThatPassedIt() {
        CompletableFuture<String> write = proposeRepeatable("a");
        leads(5);
        origin.snapshotInstalled();
        assertThat(write).isNotDone();
        origin.flush();
        apply(5, 1, "under its old number, whose result is not to be trusted after a snapshot");
        assertThat(write).isNotDone();
        apply(5, 2, "done");
        assertThat(write).isCompletedWithValue("done");
        verdicts(5, 1, Verdict.APPENDED, Verdict.APPENDED);
        assertThat(origin.isIdle()).isTrue();
    }

    @Test
    void whatIsRefusedAfterItMayHaveBeenDoneUnderAnEarlierNumberHasAnUnknownOutcome() {
        CompletableFuture<String> write = proposeRepeatable("a");
        leads(5);
        origin.snapshotInstalled();
        origin.flush();
        verdicts(5, 1, Verdict.APPENDED, Verdict.BUSY);
        assertFailed(write, ReplicaException.OutcomeUnknown.class);

        CompletableFuture<String> late = proposeRepeatable("b");
        origin.flush();
        origin.leaderIs(6, 0);
        origin.snapshotInstalled();
        origin.expire(1_000_000);
        assertFailed(late, ReplicaException.OutcomeUnknown.class);
    }

    @Test
    void anExpiredCommandKeepsItsNumberSoThatLaterOnesAreNoGap() {
        CompletableFuture<String> write = propose("a");
        leads(5);
        origin.expire(1_000_000);
        assertFailed(write, ReplicaException.OutcomeUnknown.class);
        propose("b");
        sent.clear();
        origin.flush();
        assertThat(sent.get(0).firstNumber()).isEqualTo(2);
        sent.clear();
        origin.resend();
        assertThat(sent.get(0).firstNumber()).isEqualTo(1);
        assertThat(sent.get(0).commands()).hasSize(2);
    }

    @Test
    void anExpiredCommandThatCanNeverCommitIsNotProposedAgain() {
        propose("a");
        leads(5);
        origin.expire(1_000_000);
        origin.leaderIs(6, 3);
        origin.applied(6, null, null);
        origin.flush();
        assertThat(sent).hasSize(1);
        assertThat(origin.isIdle()).isTrue();
    }

    @Test
    void nobodyWaitsForAWriteWhoseDeadlineHasPassed() {
        propose("a");
        leads(5);
        assertThat(origin.isIdle()).isFalse();
        origin.expire(1_000_000);
        assertThat(origin.isIdle()).as("though its fate is open").isTrue();
    }

    @Test
    void largeCommandsGoInSeveralFrames() {
        ProposalOrigin<String> roomy =
                new ProposalOrigin<>(SELF, 100, 16 << 20, (to, frame) -> sent.add(frame), () -> "");
        for (int i = 0; i < 5; i++) {
            roomy.propose(new byte[600_000], new CompletableFuture<>(), 1000);
        }
        roomy.leaderIs(5, LEADER);
        roomy.flush();
        assertThat(sent).extracting(Proposals::firstNumber).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void whatTheLeaderIsStillWorkingOnIsNotSentAgain() {
        propose("a");
        propose("b");
        leads(5);
        sent.clear();
        origin.resendIfStuck();
        verdicts(5, 1, Verdict.APPENDED);
        origin.resendIfStuck();
        assertThat(sent).isEmpty();
        origin.resendIfStuck();
        assertThat(sent).singleElement().extracting(Proposals::firstNumber).isEqualTo(2L);
    }

    @Test
    void aLeaderThatSaysNothingIsAskedMoreAndMoreRarely() {
        propose("a");
        leads(5);
        sent.clear();
        for (int i = 0; i <= 64; i++) {
            origin.resendIfStuck();
        }
        // After 1, 2, 4, 8, 16, 32, 48 and 64 times.
        assertThat(sent).hasSize(8);
    }

    @Test
    void moreThanTheTransportQueuesIsSentOnlyAsAnswersComeBack() {
        ProposalOrigin<String> roomy =
                new ProposalOrigin<>(SELF, 1000, 64 << 20, (to, frame) -> sent.add(frame), () -> "");
        for (int i = 0; i < 40; i++) {
            roomy.propose(new byte[1 << 20], new CompletableFuture<>(), 1000);
        }
        roomy.leaderIs(5, LEADER);
        roomy.flush();
        assertThat(sent).extracting(Proposals::firstNumber).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        sent.clear();
        roomy.verdicts(new Verdicts(SELF, 5, 1, List.of(Verdict.APPENDED, Verdict.APPENDED)));
        roomy.flush();
        assertThat(sent).extracting(Proposals::firstNumber).containsExactly(9L, 10L);
        sent.clear();
        roomy.resend();
        assertThat(sent).extracting(Proposals::firstNumber).containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    private CompletableFuture<String> propose(String command) {
        CompletableFuture<String> future = new CompletableFuture<>();
        origin.propose(command.getBytes(StandardCharsets.UTF_8), future, 1000);
        return future;
    }

    private CompletableFuture<String> proposeRepeatable(String command) {
        CompletableFuture<String> future = new CompletableFuture<>();
        origin.propose(new Pending<>(command.getBytes(StandardCharsets.UTF_8), true, future, 1000));
        return future;
    }

    private void leads(long term) {
        origin.leaderIs(term, LEADER);
        origin.flush();
    }

    private void verdicts(long term, long first, Verdict... verdicts) {
        origin.verdicts(new Verdicts(SELF, term, first, List.of(verdicts)));
    }

    private void apply(long term, long number, String result) {
        origin.applied(term, new EntryHeader(1, 0, 0, SELF, number), result);
    }

    private static void assertFailed(CompletableFuture<?> future, Class<? extends Throwable> with) {
        assertThat(future).isCompletedExceptionally();
        assertThatThrownBy(future::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(with);
    }
}
