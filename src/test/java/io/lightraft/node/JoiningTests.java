package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.SimulatedCluster.Node;
import io.lightraft.raft.ConfState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes with empty disks: they begin a cluster, or are taken into the one that is there, and can do it no harm. */
class JoiningTests {

    private static final int TIMEOUT = SimulatedCluster.ELECTION_TIMEOUT_TICKS;

    private static ConfState voters(int count) {
        return ConfState.ofVoters(LongStream.rangeClosed(1, count).boxed().toList());
    }

    private static void awaitVoters(SimulatedCluster cluster, int count) {
        for (int i = 0; i < 100; i++) {
            if (cluster.nodes.values().stream()
                    .allMatch(node ->
                            node.up && node.status().ready() && node.confState().equals(voters(count)))) {
                return;
            }
            cluster.run(TIMEOUT);
        }
        throw new AssertionError("not all are voters and ready: "
                + cluster.nodes.values().stream()
                        .map(node -> "\n" + node.up + " " + node.confState() + " " + node.core.describe() + " "
                                + node.status().impediment() + " "
                                + node.status().members())
                        .toList());
    }

    private static void write(SimulatedCluster cluster, Node node, String text) {
        CompletableFuture<String> write = node.propose(text, 1000);
        for (int i = 0; i < 50 && !write.isDone(); i++) {
            cluster.run(TIMEOUT);
        }
        assertThat(write).isCompleted();
    }

    @Test
    void aSingleNodeBeginsAtOnce() {
        SimulatedCluster cluster = SimulatedCluster.blank(1, 1);
        Node node = cluster.nodes.get(1L);
        node.start();
        cluster.run(10);
        assertThat(node.status().role()).isNotEqualTo("BLANK");
        assertThat(node.status().snapshotIndex()).isEqualTo(1);
        write(cluster, node, "a");
        assertThat(node.state).containsExactly("a");
    }

    @Test
    void threeNodesBeginTogetherAtOnceAndAreVotersFromTheFirstEntryOn() {
        SimulatedCluster cluster = SimulatedCluster.blank(3, 2);
        cluster.nodes.values().forEach(Node::start);
        cluster.run(TIMEOUT / 2);
        cluster.nodes.values().forEach(node -> assertThat(node.status().role()).isNotEqualTo("BLANK"));
        Node leader = cluster.leader();
        write(cluster, cluster.follower(), "a");
        assertThat(leader.confState()).isEqualTo(voters(3));
        assertThat(leader.status().lastLogIndex())
                .as("the beginning, the leader's entry, the write")
                .isEqualTo(3);
    }

    @Test
    void oneOfThreeWaitsAndSaysForWhat() {
        SimulatedCluster cluster = SimulatedCluster.blank(3, 3);
        Node node = cluster.nodes.get(2L);
        node.start();
        CompletableFuture<String> write = node.propose("a", 5 * TIMEOUT);
        CompletableFuture<Long> read = node.read(5 * TIMEOUT);
        cluster.run(10 * TIMEOUT);
        assertThat(node.status().role()).isEqualTo("BLANK");
        assertThat(node.status().ready()).isFalse();
        String reason = "node 1 has no data: it waits for a majority of the 3 nodes to begin the cluster with;"
                + " there are: 1";
        assertThat(node.status().impediment()).isEqualTo(reason);
        assertThatThrownBy(write::join)
                .hasCauseInstanceOf(ReplicaException.NoLeader.class)
                .hasMessageContaining(reason);
        assertThatThrownBy(read::join).hasMessageContaining(reason);
    }

    @Test
    void twoOfThreeBeginAndTheThirdIsTakenInWhenItComes() {
        SimulatedCluster cluster = SimulatedCluster.blank(3, 4);
        cluster.nodes.get(1L).start();
        cluster.nodes.get(3L).start();
        cluster.run(TIMEOUT / 2);
        assertThat(cluster.nodes.get(1L).status().role())
                .as("the third gets an election timeout")
                .isEqualTo("BLANK");
        Node leader = cluster.leader();
        write(cluster, leader, "a");
        cluster.nodes.get(2L).start();
        awaitVoters(cluster, 3);
        assertThat(cluster.nodes.get(2L).state).containsExactly("a");
    }

    @Test
    void aNodeWhoseDiskWasEmptiedIsRebuiltWhileWritesGoOn() {
        for (long seed = 1; seed <= 20; seed++) {
            SimulatedCluster cluster = new SimulatedCluster(3, seed);
            Node leader = cluster.leader();
            Node emptied = cluster.follower();
            List<CompletableFuture<String>> writes = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                writes.add(leader.propose("w" + i, 10_000));
                cluster.run(1);
            }
            emptied.crash();
            emptied.empty();
            for (int i = 50; i < 100; i++) {
                writes.add(leader.propose("w" + i, 10_000));
                cluster.run(1);
            }
            emptied.start();
            for (int i = 100; i < 300; i++) {
                writes.add(leader.propose("w" + i, 10_000));
                cluster.run(1);
            }
            awaitVoters(cluster, 3);
            cluster.run(10 * TIMEOUT);
            assertThat(writes).allSatisfy(write -> assertThat(write).isCompleted());
            cluster.nodes
                    .values()
                    .forEach(node ->
                            assertThat(node.state).isEqualTo(leader.state).hasSize(300));
        }
    }

    @Test
    void theLeadersDiskMayBeEmptiedToo() {
        SimulatedCluster cluster = new SimulatedCluster(3, 5);
        Node leader = cluster.leader();
        write(cluster, leader, "a");
        leader.crash();
        leader.empty();
        leader.start();
        awaitVoters(cluster, 3);
        assertThat(leader.state).containsExactly("a");
    }

    /** Why all this is: with three voters, one of which is cut off, and one whose disk is emptied. */
    @Test
    void anEmptiedVoterThatStartsAsIfNothingHadHappenedLosesWhatWasAcknowledged() {
        SimulatedCluster cluster = new SimulatedCluster(3, 6);
        List<Node> nodes = acknowledgedByLeaderAndOneFollower(cluster);
        nodes.get(1).pretendToBegin();
        nodes.get(1).start();
        assertThat(cluster.leader()).isSameAs(nodes.get(2));
        assertThat(nodes.get(2).state).as("acknowledged, and gone").isEmpty();
    }

    @Test
    void anEmptiedVoterElectsNobodySoWhatWasAcknowledgedIsThereAgainWithTheLeader() {
        SimulatedCluster cluster = new SimulatedCluster(3, 6);
        List<Node> nodes = acknowledgedByLeaderAndOneFollower(cluster);
        nodes.get(1).empty();
        nodes.get(1).start();
        cluster.run(100 * TIMEOUT);
        assertThat(nodes.get(2).status().role()).doesNotContain("LEADER");
        assertThat(nodes.get(1).status().impediment())
                .isEqualTo("node " + nodes.get(1).member.nodeId()
                        + " has no data: it waits for the leader of the cluster to take it in");
        nodes.get(0).start();
        awaitVoters(cluster, 3);
        nodes.forEach(node -> assertThat(node.state).containsExactly("acknowledged"));
    }

    /** The leader, which is down; the follower with it, which is down, too; the one that was cut off and runs. */
    private static List<Node> acknowledgedByLeaderAndOneFollower(SimulatedCluster cluster) {
        Node leader = cluster.leader();
        Node with = cluster.follower();
        Node without = cluster.nodes.values().stream()
                .filter(node -> node != leader && node != with)
                .findFirst()
                .orElseThrow();
        cluster.isolate(without.member.raftId());
        write(cluster, leader, "acknowledged");
        leader.crash();
        with.crash();
        cluster.cutLinks.clear();
        return List.of(leader, with, without);
    }

    @Test
    void whileAnotherVoterIsDownAnEmptiedOneStaysOutAndIsTakenInWhenThatOneReturns() {
        SimulatedCluster cluster = new SimulatedCluster(3, 7);
        Node leader = cluster.leader();
        write(cluster, leader, "a");
        List<Node> others =
                cluster.nodes.values().stream().filter(node -> node != leader).toList();
        others.forEach(Node::crash);
        others.get(0).empty();
        others.get(0).start();
        CompletableFuture<String> write = leader.propose("b", 100_000);
        cluster.run(50 * TIMEOUT);
        assertThat(write).isNotDone();
        assertThat(others.get(0).status().role()).isEqualTo("BLANK");
        others.get(1).start();
        awaitVoters(cluster, 3);
        cluster.run(10 * TIMEOUT);
        assertThat(write).isCompleted();
        cluster.nodes.values().forEach(node -> assertThat(node.state).containsExactly("a", "b"));
    }

    @Test
    void itIsTakenInHoweverOftenItCrashesOnTheWay() {
        for (long seed = 1; seed <= 40; seed++) {
            SimulatedCluster cluster = new SimulatedCluster(3, seed);
            Node leader = cluster.leader();
            write(cluster, leader, "a");
            Node emptied = cluster.follower();
            emptied.crash();
            emptied.empty();
            for (int crash = 0; crash < 10; crash++) {
                emptied.start();
                cluster.run(1 + (int) (seed + 3 * crash) % 60);
                emptied.crash();
                if (crash % 4 == 3) {
                    emptied.empty();
                }
            }
            emptied.start();
            awaitVoters(cluster, 3);
            cluster.run(10 * TIMEOUT);
            assertThat(emptied.state).as("seed " + seed).containsExactly("a");
        }
    }

    @Test
    void aNodeThatIsNoMemberSaysSoAndIsTakenInOnceItIsAdded() {
        SimulatedCluster cluster = new SimulatedCluster(3, 8);
        Node leader = cluster.leader();
        Node gone = cluster.follower();
        write(cluster, leader, "a");
        change(cluster, leader, MemberRequest.remove(gone.member.nodeId()));
        gone.crash();
        gone.empty();
        gone.start();
        cluster.run(2 * TIMEOUT);
        assertThat(gone.status().impediment())
                .isEqualTo("node " + gone.member.nodeId() + " has no data, and is not a member of the cluster. Add it"
                        + " with POST /admin/members on any node of it");
        change(cluster, leader, MemberRequest.add(NodeAddresses.unsaid(gone.member.nodeId())));
        awaitVoters(cluster, 3);
        assertThat(gone.state).containsExactly("a");
    }

    private static void change(SimulatedCluster cluster, Node leader, MemberRequest request) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        leader.core.changeMembers(request, done, 1000);
        cluster.run(2 * TIMEOUT);
        assertThat(done).isCompleted();
    }

    @Test
    void aNodeWithASnapshotThatIsOlderThanItsAdmissionDoesNotVoteYetNotEvenAfterARestart() {
        SimulatedCluster cluster = new SimulatedCluster(3, 9);
        cluster.leader();
        Node node = cluster.follower();
        cluster.nodes.values().stream().filter(other -> other != node).forEach(Node::crash);
        node.crash();
        node.keepAdmission(node.status().lastLogIndex() + 1);
        node.start();
        cluster.run(20 * TIMEOUT);
        assertThat(node.status().role()).isEqualTo("FOLLOWER");
    }

    /** Disks are emptied one after another, while frames get lost and nodes crash: no acknowledged write is lost. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void nothingThatWasAcknowledgedIsLostWhileOneDiskAfterAnotherIsEmptied(int size) {
        for (long seed = 1; seed <= 60; seed++) {
            emptyOneAfterAnother(size, seed);
        }
    }

    private static void emptyOneAfterAnother(int size, long seed) {
        SimulatedCluster cluster = new SimulatedCluster(size, seed);
        Random random = new Random(seed);
        cluster.leader();
        List<Node> nodes = List.copyOf(cluster.nodes.values());
        List<String> told = new ArrayList<>();
        int next = 0;
        for (int round = 0; round < 6; round++) {
            cluster.lossRate = random.nextDouble() * 0.2;
            cluster.duplicateRate = random.nextDouble() * 0.1;
            cluster.maxDelayTicks = 1 + random.nextInt(6);
            cluster.snapshotTicks = 1 + random.nextInt(200);
            Node emptied = nodes.get(random.nextInt(size));
            emptied.crash();
            emptied.empty();
            Node down = random.nextBoolean() ? nodes.get(random.nextInt(size)) : emptied;
            if (down.up) {
                down.crash();
            }
            for (int step = 0; step < 400; step++) {
                if (step == random.nextInt(100) && !emptied.up) {
                    emptied.start();
                }
                if (step == 200 && !down.up) {
                    down.start();
                }
                Node node = nodes.get(random.nextInt(size));
                if (node.up && random.nextInt(5) == 0) {
                    String text = "w" + next++;
                    node.propose(text, 300).thenAccept(result -> told.add(text));
                }
                cluster.run(1);
            }
            cluster.heal();
            awaitVoters(cluster, size);
        }
        cluster.run(20 * TIMEOUT);
        assertThat(told).as("seed " + seed).isNotEmpty();
        for (Node node : nodes) {
            assertThat(node.state)
                    .as("seed " + seed)
                    .isEqualTo(nodes.get(0).state)
                    .containsAll(told);
        }
    }
}
