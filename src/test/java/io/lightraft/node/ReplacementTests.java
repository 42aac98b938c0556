package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.SimulatedCluster.Node;
import io.lightraft.raft.ConfState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members that take the place of others: all in one moment, or nobody. */
class ReplacementTests {

    private static final int TIMEOUT = 500;

    private final SimulatedCluster cluster = new SimulatedCluster(4, 11);
    private Node leader;
    private Node spare;
    private Node old;

    /** Three voters, of which {@code old} is to go, and a fourth node that is no member any more. */
    @BeforeEach
    void takeOneOut() {
        leader = cluster.leader();
        List<Node> followers =
                cluster.nodes.values().stream().filter(node -> node != leader).toList();
        old = followers.get(0);
        spare = followers.get(1);
        assertThat(ask(leader, MemberRequest.remove(id(spare)))).succeedsWithin(Duration.ZERO);
    }

    private static int id(Node node) {
        return node.member.nodeId();
    }

    private CompletableFuture<Void> ask(Node asked, MemberRequest request) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        asked.core.now(cluster.now);
        asked.core.changeMembers(request, answer, TIMEOUT);
        for (int i = 0; i < 4 * TIMEOUT && !answer.isDone(); i++) {
            cluster.run(1);
        }
        return answer;
    }

    private MemberRequest spareFor(List<Integer> demoted, List<Integer> removed) {
        return new MemberRequest(List.of(NodeAddresses.unsaid(id(spare))), List.of(), demoted, removed);
    }

    private ConfState members() {
        return cluster.leader().confState();
    }

    @Test
    void theNewOneVotesFromTheMomentInWhichTheOldOneIsGone() {
        assertThat(ask(leader, spareFor(List.of(), List.of(id(old))))).isCompleted();
        assertThat(members().voters())
                .hasSize(3)
                .contains(spare.member.raftId())
                .doesNotContain(old.member.raftId());
        assertThat(members().learners()).isEmpty();
    }

    @Test
    void theOldOneMayStayAsALearnerAndIsNotPromotedAgain() {
        assertThat(ask(leader, spareFor(List.of(id(old)), List.of()))).isCompleted();
        cluster.run(2 * TIMEOUT);
        assertThat(members().voters()).hasSize(3).contains(spare.member.raftId());
        assertThat(members().learners()).containsExactly(old.member.raftId());
    }

    @Test
    void whatIsDoneAlreadyIsAnsweredAtOnce() {
        MemberRequest request = spareFor(List.of(), List.of(id(old)));
        ask(leader, request);
        long before = leader.status().lastLogIndex();
        assertThat(ask(cluster.leader(), request)).isCompleted();
        assertThat(leader.status().lastLogIndex()).isEqualTo(before);
    }

    @Test
    void whoDoesNotCatchUpIsNamedAndNobodyIsRemovedUntilTheSameIsAskedAgain() {
        spare.crash();
        MemberRequest request = spareFor(List.of(), List.of(id(old)));
        CompletableFuture<Void> late = ask(leader, request);
        assertThatThrownBy(late::join)
                .hasCauseInstanceOf(ReplicaException.OutcomeUnknown.class)
                .hasMessageContaining("did not catch up in time: node " + id(spare) + " (nothing was heard of it)")
                .hasMessageContaining("Nobody was removed");
        assertThat(members().voters()).contains(old.member.raftId());
        spare.start();
        assertThat(ask(cluster.leader(), request)).isCompleted();
        assertThat(members().voters()).contains(spare.member.raftId()).doesNotContain(old.member.raftId());
    }

    @Test
    void aLeaderThatIsDeposedMeanwhileSaysHowFarItCame() {
        spare.crash();
        CompletableFuture<Void> answer = new CompletableFuture<>();
        leader.core.now(cluster.now);
        leader.core.changeMembers(spareFor(List.of(), List.of(id(old))), answer, 100 * TIMEOUT);
        cluster.run(50);
        cluster.isolate(leader.member.raftId());
        cluster.run(TIMEOUT);
        assertThatThrownBy(answer::join)
                .hasCauseInstanceOf(ReplicaException.OutcomeUnknown.class)
                .hasMessageContaining("the leader changed before the members were exchanged")
                .hasMessageContaining("ask again");
    }

    @Test
    void whatMakesNoSenseIsRefusedBeforeAnybodyIsAdded() {
        assertThatThrownBy(ask(leader, spareFor(List.of(), List.of(77)))::join)
                .hasCauseInstanceOf(ReplicaException.Rejected.class)
                .hasMessageContaining("node 77 is no member");
        assertThatThrownBy(ask(leader, spareFor(List.of(77), List.of()))::join)
                .hasCauseInstanceOf(ReplicaException.Rejected.class)
                .hasMessageContaining("node 77 is no member");
        assertThat(members().learners()).isEmpty();
        assertThat(members().voters()).hasSize(3);
    }

    @Test
    void anotherChangeMeanwhileIsNotTaken() {
        spare.crash();
        leader.core.now(cluster.now);
        leader.core.changeMembers(spareFor(List.of(), List.of(id(old))), new CompletableFuture<>(), 100 * TIMEOUT);
        cluster.run(20);
        assertThatThrownBy(ask(leader, MemberRequest.remove(id(old)))::join)
                .hasCauseInstanceOf(ReplicaException.Busy.class)
                .hasMessageContaining("under way");
    }
}
