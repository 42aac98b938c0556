package io.lightraft.linearizability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.linearizability.BankModel.Balances;
import io.lightraft.linearizability.BankModel.Transfer;
import io.lightraft.linearizability.BankModel.Transferred;
import io.lightraft.linearizability.PerKeyModel.Keyed;
import io.lightraft.linearizability.RegisterModel.CompareAndSet;
import io.lightraft.linearizability.RegisterModel.Done;
import io.lightraft.linearizability.RegisterModel.Read;
import io.lightraft.linearizability.RegisterModel.Value;
import io.lightraft.linearizability.RegisterModel.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small histories of which the verdict is plain to see. Times are whole numbers; intervals that touch overlap. */
class HandWrittenHistoriesTests {

    private static final Done<Integer> DONE = new Done<>(true);
    private static final Done<Integer> REFUSED = new Done<>(false);

    @Test
    void anEmptyHistoryIsLinearizable() {
        assertThat(register(List.of()).verdict()).isEqualTo(Verdict.OK);
    }

    @Test
    void aReadDuringAWriteSeesTheOldOrTheNewValue() {
        assertThat(register(List.of(write(1, 0, 9), read(2, 1, 2, null), read(2, 3, 4, 1)))
                        .verdict())
                .isEqualTo(Verdict.OK);
    }

    @Test
    void aValueThatWasSeenStaysSeen() {
        assertThat(register(List.of(write(1, 0, 9), read(2, 1, 2, 1), read(3, 3, 4, null)))
                        .verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void aStaleReadIsNamedWithTheOrderBeforeIt() {
        var stale = read(2, 6, 7, 1);
        var result = register(
                List.of(write(1, 0, 1), write(2, 2, 3), read(3, 4, 5, 2), stale, write(4, 6, 9), read(3, 10, 11, 7)));
        assertThat(result.verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(result.obstacle().stuck()).isEqualTo(stale);
        assertThat(result.obstacle().prefix())
                .extracting(Result.Step::operation)
                .containsExactly(write(1, 0, 1), write(2, 2, 3), read(3, 4, 5, 2));
        assertThat(result.obstacle().pending()).containsExactly(write(4, 6, 9));
        assertThat(result.describe())
                .contains("NOT_LINEARIZABLE", "client 3 [4, 5] Read[] -> 2   => 2\nCan't be placed:\n  " + stale);
    }

    @Test
    void touchingIntervalsOverlap() {
        assertThat(register(List.of(write(1, 0, 5), read(2, 5, 6, null))).verdict())
                .isEqualTo(Verdict.OK);
        assertThat(register(List.of(write(1, 0, 4), read(2, 5, 6, null))).verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void ofTwoConcurrentCompareAndSetsOneIsRefused() {
        assertThat(register(List.of(
                                write(0, 0, 1), compareAndSet(0, 1, 2, 5, DONE), compareAndSet(0, 2, 2, 5, REFUSED)))
                        .verdict())
                .isEqualTo(Verdict.OK);
        assertThat(register(List.of(write(0, 0, 1), compareAndSet(0, 1, 2, 5, DONE), compareAndSet(0, 2, 2, 5, DONE)))
                        .verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(register(List.of(write(0, 0, 1), compareAndSet(0, 1, 2, 5, REFUSED)))
                        .verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void aWriteWithoutAnAnswerMayHappenLateOrNever() {
        var lost = Operation.<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>>open(9, 2, new Write<>(5));
        assertThat(register(List.of(write(1, 0, 1), lost, read(1, 3, 4, 1))).verdict())
                .isEqualTo(Verdict.OK);
        assertThat(register(List.of(write(1, 0, 1), lost, read(1, 3, 4, 1), read(1, 90, 91, 5)))
                        .verdict())
                .isEqualTo(Verdict.OK);
        assertThat(register(List.of(write(1, 0, 1), lost, read(1, 3, 4, 5), read(1, 5, 6, 1)))
                        .verdict())
                .as("not twice")
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(register(List.of(read(1, 0, 1, 5), lost)).verdict())
                .as("not before its call")
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void twoEqualWritesWithoutAnAnswerMayHappenTwice() {
        var first = Operation.<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>>open(8, 0, new Write<>(5));
        var second = Operation.<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>>open(9, 0, new Write<>(5));
        var fiveSixFiveSix =
                List.of(read(1, 1, 2, 5), write(6, 3, 4), read(1, 5, 6, 5), write(6, 7, 8), read(1, 9, 10, 6));
        assertThat(register(with(fiveSixFiveSix, List.of(first, second))).verdict())
                .isEqualTo(Verdict.OK);
        assertThat(register(with(fiveSixFiveSix, List.of(first))).verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void aReadWithoutAnAnswerBindsNobody() {
        var lost = Operation.<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>>open(9, 0, new Read<>());
        assertThat(register(List.of(lost, write(1, 1, 2), read(1, 3, 4, 1))).verdict())
                .isEqualTo(Verdict.OK);
    }

    @Test
    void keysHaveNothingToDoWithOneAnother() {
        var model = new RegisterModel<Integer>().perKey();
        var good = keyed("a", write(1, 0, 1));
        var alsoGood = keyed("b", read(1, 2, 3, null));
        var bad = keyed("c", read(2, 4, 5, 1));
        assertThat(new Checker().check(model, List.of(good, alsoGood)).verdict())
                .isEqualTo(Verdict.OK);
        var result = new Checker().check(model, List.of(good, alsoGood, bad));
        assertThat(result.verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(result.obstacle().partition()).isEqualTo("c");
    }

    @Test
    void anAcknowledgedAppendIsNeverLost() {
        assertThat(list(List.of(append("a", 0, 1), append("b", 2, 3), readList(4, 5, "a", "b")))
                        .verdict())
                .isEqualTo(Verdict.OK);
        assertThat(list(List.of(append("a", 0, 1), append("b", 2, 3), readList(4, 5, "b")))
                        .verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void appendsStandInTheOrderInWhichTheyHappened() {
        assertThat(list(List.of(append("a", 0, 1), append("b", 2, 3), readList(4, 5, "b", "a")))
                        .verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(list(List.of(append("a", 0, 3), append("b", 0, 3), readList(4, 5, "b", "a")))
                        .verdict())
                .isEqualTo(Verdict.OK);
        assertThat(list(List.of(append("a", 0, 9), append("b", 0, 9), readList(1, 2, "b"), readList(3, 4, "a", "b")))
                        .verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void anAppendIsNotDoneTwice() {
        assertThat(list(List.of(append("a", 0, 1), readList(2, 3, "a", "a"))).verdict())
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void aPutOfAKeyWipesOutWhatWasAppended() {
        List<Operation<KeyValueModel.Input, String>> history = new ArrayList<>(List.of(
                Operation.answered(1, 0, new KeyValueModel.Append("x"), 1, ""),
                Operation.answered(1, 2, new KeyValueModel.Put("y"), 7, ""),
                Operation.answered(2, 3, new KeyValueModel.Append("z"), 8, ""),
                Operation.answered(3, 4, new KeyValueModel.Get(), 5, "xz"),
                Operation.answered(3, 9, new KeyValueModel.Get(), 10, "y")));
        assertThat(new Checker().check(new KeyValueModel(), history).verdict()).isEqualTo(Verdict.OK);
        history.add(Operation.answered(3, 11, new KeyValueModel.Get(), 12, "yz"));
        assertThat(new Checker().check(new KeyValueModel(), history).verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void moneyIsNeitherMadeNorLost() {
        var transfer = bankOperation(0, new Transfer("a", "b", 4), 9, new Transferred(true));
        assertThat(bank(List.of(transfer, balances(1, 2, 10, 0), balances(3, 4, 6, 4)))
                        .verdict())
                .isEqualTo(Verdict.OK);
        assertThat(bank(List.of(transfer, balances(1, 2, 6, 0))).verdict())
                .as("half a transfer")
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(bank(List.of(transfer, balances(1, 2, 6, 4), balances(3, 4, 10, 0)))
                        .verdict())
                .as("undone")
                .isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void moneyIsNotSpentTwice() {
        var first = bankOperation(0, new Transfer("a", "b", 7), 9, new Transferred(true));
        var second = bankOperation(1, new Transfer("a", "c", 7), 8, new Transferred(true));
        var refused = bankOperation(1, new Transfer("a", "c", 7), 8, new Transferred(false));
        assertThat(bank(List.of(first, second)).verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(bank(List.of(first, refused)).verdict()).isEqualTo(Verdict.OK);
    }

    @Test
    void aTransferWithoutAnAnswerIsDoneWholeOrNotAtAll() {
        var lost = Operation.<BankModel.Input, BankModel.Output>open(1, 0, new Transfer("a", "b", 4));
        assertThat(bank(List.of(lost, balances(1, 2, 10, 0))).verdict()).isEqualTo(Verdict.OK);
        assertThat(bank(List.of(lost, balances(1, 2, 10, 0), balances(3, 4, 6, 4)))
                        .verdict())
                .isEqualTo(Verdict.OK);
        assertThat(bank(List.of(lost, balances(1, 2, 10, 4))).verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
    }

    @Test
    void manyLostWritesDoNotHideAStaleRead() {
        List<Operation<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>>> history = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            history.add(Operation.open(i, i, new Write<>(1000 + i)));
            history.add(write(i, 10L * i + 1000, 10L * i + 1001));
            history.add(read(1, 10L * i + 1002, 10L * i + 1003, i % 3 == 0 ? 1000 + i : i));
        }
        assertThat(new Checker().check(new RegisterModel<>(), history).verdict())
                .isEqualTo(Verdict.OK);
        history.add(read(1, 10_000, 10_001, 7));
        var result = new Checker().check(new RegisterModel<>(), history);
        assertThat(result.verdict()).isEqualTo(Verdict.NOT_LINEARIZABLE);
        assertThat(result.configurations()).isLessThan(200_000);
    }

    @Test
    void aBoundKeepsAHardHistoryFromTakingForever() {
        List<Operation<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>>> history = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            history.add(Operation.answered(i, 0, new CompareAndSet<>(i % 7, i % 5), 1, DONE));
        }
        history.add(write(0, 0, 1));
        history.add(read(1, 2, 3, 99));
        var result = new Checker(500).check(new RegisterModel<>(), history);
        assertThat(result.verdict()).isEqualTo(Verdict.GAVE_UP);
        assertThat(result.describe()).contains("GAVE_UP", "Not placed so far");
    }

    @Test
    void anAnswerAndItsTimeComeTogether() {
        assertThatThrownBy(() -> new Operation<>(1, 0, "in", 5, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Operation<>(1, 0, "in", Operation.NEVER, "out"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Operation.answered(1, 6, "in", 5, "out")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRecordedHistoryKeepsWhatIsUnknownAndForgetsWhatNeverHappened() {
        History<String, String> history = new History<>();
        long lost = history.called(1, "lost");
        long failed = history.called(2, "failed");
        long fine = history.called(3, "fine");
        history.neverHappened(failed);
        history.returned(fine, "yes");
        assertThat(history.operations())
                .containsExactly(Operation.open(1, lost, "lost"), Operation.answered(3, fine, "fine", fine + 1, "yes"));
        assertThatThrownBy(() -> history.returned(fine, "again")).isInstanceOf(IllegalStateException.class);
    }

    private static Operation<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>> write(
            int value, long called, long returned) {
        return Operation.answered(value, called, new Write<>(value), returned, DONE);
    }

    private static Operation<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>> read(
            int client, long called, long returned, Integer value) {
        return Operation.answered(client, called, new Read<>(), returned, new Value<>(value));
    }

    private static Operation<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>> compareAndSet(
            int expected, int replacement, long called, long returned, Done<Integer> answer) {
        return Operation.answered(1, called, new CompareAndSet<>(expected, replacement), returned, answer);
    }

    private static <I, O> Operation<Keyed<I>, O> keyed(String key, Operation<I, O> operation) {
        return new Operation<>(
                operation.client(),
                operation.called(),
                new Keyed<>(key, operation.input()),
                operation.returned(),
                operation.output());
    }

    private static <T> List<T> with(List<T> list, List<T> more) {
        List<T> all = new ArrayList<>(list);
        all.addAll(more);
        return all;
    }

    private static Result<Value<Integer>, RegisterModel.Input<Integer>, RegisterModel.Output<Integer>> register(
            List<Operation<RegisterModel.Input<Integer>, RegisterModel.Output<Integer>>> history) {
        return new Checker().check(new RegisterModel<>(), history);
    }

    private static Operation<ListAppendModel.Input<String>, List<String>> append(
            String element, long called, long returned) {
        return Operation.answered(1, called, new ListAppendModel.Append<>(element), returned, List.of());
    }

    private static Operation<ListAppendModel.Input<String>, List<String>> readList(
            long called, long returned, String... elements) {
        return Operation.answered(2, called, new ListAppendModel.Read<>(), returned, List.of(elements));
    }

    private static Result<List<String>, ListAppendModel.Input<String>, List<String>> list(
            List<Operation<ListAppendModel.Input<String>, List<String>>> history) {
        return new Checker().check(new ListAppendModel<>(), history);
    }

    private static Operation<BankModel.Input, BankModel.Output> bankOperation(
            long called, BankModel.Input input, long returned, BankModel.Output output) {
        return Operation.answered(1, called, input, returned, output);
    }

    private static Operation<BankModel.Input, BankModel.Output> balances(long called, long returned, long a, long b) {
        return bankOperation(called, new BankModel.Read(), returned, new Balances(Map.of("a", a, "b", b, "c", 0L)));
    }

    private static Result<Balances, BankModel.Input, BankModel.Output> bank(
            List<Operation<BankModel.Input, BankModel.Output>> history) {
        return new Checker().check(new BankModel(Map.of("a", 10L, "b", 0L, "c", 0L)), history);
    }
}
