package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.raft.ConfState;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a node is wrong, and when it only knows that somebody is. */
class DivergenceWatchTests {

    private static final String ENGINE = "3.53 amd64";

    private final List<Frame.Hash> sent = new ArrayList<>();
    private final Map<Long, String> own = new HashMap<>();
    private final Quarantine quarantine = Quarantine.unkept();
    private List<Long> voters = List.of(1L, 2L, 3L);
    private final DivergenceWatch watch = watch();

    private DivergenceWatch watch() {
        DivergenceWatch made = new DivergenceWatch(1, () -> ConfState.ofVoters(voters), sent::add);
        made.compare(
                new StateHashes() {
                    @Override
                    public String engine() {
                        return ENGINE;
                    }

                    @Override
                    public @Nullable String outcomes(long index) {
                        return own.get(index);
                    }

                    @Override
                    public void onContent(BiConsumer<Long, String> listener) {}
                },
                quarantine);
        return made;
    }

    private void hear(long from, long index, String hash) {
        watch.received(from, new Frame.Hash(false, index, hash, ENGINE), false);
    }

    private void lead(long index, String hash) {
        own.put(index, hash);
        watch.openRound(index);
    }

    @Test
    void equalNodesSayNothingMoreUntilSomethingIsApplied() {
        lead(7, "a");
        assertThat(sent).containsExactly(new Frame.Hash(false, 7, "a", ENGINE));
        watch.openRound(7);
        assertThat(sent).as("again, as nobody has answered").hasSize(2);
        hear(2, 7, "a");
        hear(3, 7, "a");
        watch.openRound(7);
        assertThat(sent).hasSize(2);
        assertThat(quarantine.reason()).isNull();
        assertThat(quarantine.alarm()).isNull();
    }

    @Test
    void aNodeAgainstAMajorityGoesIntoQuarantine() {
        lead(7, "a");
        hear(2, 7, "b");
        assertThat(quarantine.reason()).as("one is no majority").isNull();
        hear(3, 7, "b");
        assertThat(quarantine.reason()).contains("majority", "index 7");
        assertThat(watch.quarantine()).isNotNull();
    }

    @Test
    void theMajorityOnlyRaisesAnAlarmThatNamesTheOther() {
        lead(7, "a");
        hear(3, 7, "b");
        assertThat(quarantine.alarm()).as("the third may still decide").isNull();
        hear(2, 7, "a");
        assertThat(quarantine.alarm()).contains("node 2 has another hash");
        assertThat(quarantine.reason()).isNull();
        lead(8, "c");
        hear(2, 8, "c");
        hear(3, 8, "c");
        assertThat(quarantine.alarm()).as("after it was rebuilt").isNull();
    }

    @Test
    void withoutAMajorityThereIsAnAlarmAndNobodyGoes() {
        lead(7, "a");
        hear(2, 7, "b");
        lead(8, "x");
        assertThat(quarantine.alarm()).contains("no majority");
        hear(2, 8, "y");
        hear(3, 8, "z");
        assertThat(quarantine.reason()).isNull();
    }

    @Test
    void anotherEngineIsNoWitness() {
        lead(7, "a");
        for (long other : List.of(2L, 3L)) {
            watch.received(other, new Frame.Hash(false, 7, "b", "3.99 arm64"), false);
        }
        assertThat(quarantine.reason()).isNull();
        assertThat(quarantine.alarm()).isNotNull();
    }

    @Test
    void aLearnerHasNoSay() {
        voters = List.of(1L, 2L, 3L, 4L);
        lead(7, "a");
        hear(2, 7, "b");
        hear(5, 7, "b");
        hear(3, 7, "b");
        assertThat(quarantine.reason()).as("two of four").isNull();
    }

    @Test
    void aFollowerAnswersTheLeaderOnceItHasAppliedThatFar() {
        watch.received(2, new Frame.Hash(false, 9, "a", ENGINE), true);
        assertThat(sent).isEmpty();
        watch.applied(8);
        assertThat(sent).isEmpty();
        own.put(9L, "a");
        watch.applied(10);
        assertThat(sent).containsExactly(new Frame.Hash(false, 9, "a", ENGINE));
    }

    @Test
    void contentIsReportedWhenAllHaveAnsweredOrTheTimeIsOver() {
        CompletableFuture<ContentHashes> all = new CompletableFuture<>();
        watch.awaitContent(5, all, 1000);
        watch.content(5, "a");
        watch.received(2, new Frame.Hash(true, 5, "a", ENGINE), false);
        assertThat(all).isNotDone();
        watch.received(3, new Frame.Hash(true, 5, "b", ENGINE), false);
        assertThat(all)
                .isCompletedWithValue(new ContentHashes(
                        5,
                        false,
                        List.of(
                                new ContentHashes.OfNode(0, "a", true),
                                new ContentHashes.OfNode(1, "a", true),
                                new ContentHashes.OfNode(2, "b", false))));

        CompletableFuture<ContentHashes> some = new CompletableFuture<>();
        watch.awaitContent(6, some, 1000);
        watch.content(6, "a");
        watch.expire(999);
        assertThat(some).isNotDone();
        watch.expire(1000);
        assertThat(some.join().nodes()).extracting(ContentHashes.OfNode::equal).containsExactly(null, null, null);
        assertThat(some.join().equal()).isFalse();
    }
}
