package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.transport.Frame.Proposals;
import io.lightraft.transport.Frame.Verdict;
import io.lightraft.transport.Frame.Verdicts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The leader's side: a proposal is appended once, in order, and its verdict never changes. */
class ProposalIntakeTests {

    private static final UUID A = new UUID(0, 1);
    private static final UUID B = new UUID(0, 2);
    private static final long TERM = 7;

    private final List<String> log = new ArrayList<>();
    private Verdict answer = Verdict.APPENDED;
    private final ProposalIntake intake = new ProposalIntake((incarnation, first, commands) -> {
        if (answer == Verdict.APPENDED) {
            commands.forEach(command -> log.add(new String(command, StandardCharsets.UTF_8)));
        }
        return answer;
    });

    @Test
    void aFrameThatArrivesTwiceIsAppendedOnceAndAnsweredTwice() {
        Proposals frame = proposals(A, TERM, 1, "a", "b");
        Verdicts first = intake.accept(frame, TERM);
        assertThat(intake.accept(frame, TERM)).isEqualTo(first);
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void aGapHasNoEffect() {
        assertThat(intake.accept(proposals(A, TERM, 2, "b"), TERM)).isNull();
        assertThat(log).isEmpty();
        intake.accept(proposals(A, TERM, 1, "a", "b"), TERM);
        assertThat(log).containsExactly("a", "b");
    }

    @Test
    void aResendOnANewStreamThatOverlapsAppendsOnlyWhatIsNew() {
        intake.accept(proposals(A, TERM, 1, "a", "b"), TERM);
        Verdicts verdicts = intake.accept(proposals(A, TERM, 1, "a", "b", "c"), TERM);
        assertThat(log).containsExactly("a", "b", "c");
        assertThat(verdicts.verdicts()).hasSize(3);
    }

    @Test
    void aLateCopyAfterBusyIsNotAppendedAlthoughThereIsRoomNow() {
        answer = Verdict.BUSY;
        Proposals frame = proposals(A, TERM, 1, "a");
        assertThat(intake.accept(frame, TERM).verdicts()).containsExactly(Verdict.BUSY);
        answer = Verdict.APPENDED;
        assertThat(intake.accept(frame, TERM).verdicts()).containsExactly(Verdict.BUSY);
        assertThat(log).isEmpty();
    }

    @Test
    void aRefusalTakesItsNumberSoThatWhatFollowsIsNoGap() {
        answer = Verdict.TRANSFERRING;
        intake.accept(proposals(A, TERM, 1, "a"), TERM);
        answer = Verdict.APPENDED;
        assertThat(intake.accept(proposals(A, TERM, 2, "b"), TERM).verdicts()).containsExactly(Verdict.APPENDED);
        assertThat(log).containsExactly("b");
    }

    @Test
    void aFrameForAnotherTermIsNotAnswered() {
        assertThat(intake.accept(proposals(A, TERM - 1, 1, "a"), TERM)).isNull();
        assertThat(intake.accept(proposals(A, TERM + 1, 1, "a"), TERM)).isNull();
        assertThat(log).isEmpty();
    }

    @Test
    void numbersCountFromOneAgainInANewTermAndForEachIncarnation() {
        intake.accept(proposals(A, TERM, 1, "a"), TERM);
        intake.accept(proposals(B, TERM, 1, "b"), TERM);
        intake.accept(proposals(A, TERM + 1, 1, "a again"), TERM + 1);
        assertThat(log).containsExactly("a", "b", "a again");
    }

    @Test
    void settledVerdictsAreForgottenButNeverAppendedAgain() {
        intake.accept(proposals(A, TERM, 1, "a", "b"), TERM);
        intake.accept(
                new Proposals(A, TERM, 3, 2, List.of(1000L), List.of("c".getBytes(StandardCharsets.UTF_8))), TERM);
        assertThat(intake.accept(proposals(A, TERM, 1, "a"), TERM)).isNull();
        assertThat(log).containsExactly("a", "b", "c");
    }

    @Test
    void aSettledClaimPastTheEndIsHarmless() {
        intake.accept(
                new Proposals(A, TERM, 1, 1000, List.of(1000L), List.of("a".getBytes(StandardCharsets.UTF_8))), TERM);
        Verdicts verdicts = intake.accept(proposals(A, TERM, 2, "b"), TERM);
        assertThat(verdicts.verdicts()).containsExactly(Verdict.APPENDED);
        assertThat(verdicts.firstNumber()).isEqualTo(2);
    }

    private static Proposals proposals(UUID incarnation, long term, long first, String... commands) {
        return new Proposals(
                incarnation,
                term,
                first,
                0,
                Stream.of(commands).map(c -> 1000L).toList(),
                Stream.of(commands).map(c -> c.getBytes(StandardCharsets.UTF_8)).toList());
    }
}
