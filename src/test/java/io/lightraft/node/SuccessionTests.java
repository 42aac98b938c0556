package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The death of a leader's process is noticed at once; the next leader comes long before an election timeout. */
class SuccessionTests {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void survivorsThatNoticeAtTheSameMomentDoNotSplitTheVote(long seed) {
        SimulatedCluster cluster = new SimulatedCluster(3, seed);
        cluster.maxDelayTicks = 1;
        SimulatedCluster.Node dead = cluster.leader();
        cluster.run(SimulatedCluster.ELECTION_TIMEOUT_TICKS);
        long term = dead.status().term();
        dead.crash();
        List<SimulatedCluster.Node> survivors =
                cluster.nodes.values().stream().filter(node -> node != dead).toList();
        survivors.forEach(node -> node.core.presumedDead(dead.member.raftId()));
        cluster.run(SimulatedCluster.ELECTION_TIMEOUT_TICKS - 1);
        assertThat(survivors)
                .as("seed %d", seed)
                .extracting(node -> node.status().role())
                .containsExactlyInAnyOrder("LEADER", "FOLLOWER");
        assertThat(survivors)
                .allSatisfy(node -> assertThat(node.status().term()).isEqualTo(term + 1));
    }

    @Test
    void eachHasATurnOfItsOwnAndTriesAgainWhileTheTermLasts() {
        assertThat(turns(new Succession(5, 0, 5), 5)).containsExactly(1, 16, 31);
        assertThat(turns(new Succession(5, 1, 5), 5)).containsExactly(6, 21, 36);
    }

    @Test
    void aNewTermEndsIt() {
        assertThat(turns(new Succession(5, 0, 5), 6)).isEmpty();
    }

    private static List<Integer> turns(Succession succession, long term) {
        return IntStream.rangeClosed(1, 100)
                .filter(tick -> succession.isTurn(term))
                .boxed()
                .toList();
    }
}
