package io.lightraft.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.raft.ProposeResult.Outcome;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.confchange.ConfChange.Transition;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Raft §6: changes of one server, and of several through a joint configuration. */
class MembershipTests {

    private static ConfState voters(Long... ids) {
        return ConfState.ofVoters(List.of(ids));
    }

    @Test
    void aNewVoterIsCaughtUpAndCounts() {
        TestCluster cluster = TestCluster.of(1);
        cluster.elect(1);
        cluster.run(1, "a");
        cluster.add(2, voters(1L));

        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.ADD_VOTER, 2));
        cluster.settle();
        assertThat(cluster.node(2).applied()).containsExactly("a");
        assertThat(cluster.node(2).membership()).isEqualTo(voters(1L, 2L));

        cluster.isolate(2L);
        cluster.run(1, "b");
        assertThat(cluster.node(1).applied()).containsExactly("a");
    }

    /** One was made for somebody else before; nobody makes another while the log has the entries behind it. */
    @Test
    void aNewVoterIsCaughtUpBySnapshotThatWasMadeBeforeItWasAdded() {
        TestCluster cluster = TestCluster.of(1);
        cluster.elect(1);
        cluster.run(1, "a");
        cluster.node(1).compact();
        cluster.add(2, voters(1L));

        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.ADD_VOTER, 2));
        cluster.settle();
        cluster.run(1, "b");
        cluster.tickAll(3);

        assertThat(cluster.node(2).applied()).containsExactly("a", "b");
        assertThat(cluster.node(2).membership()).isEqualTo(voters(1L, 2L));
        assertThat(cluster.node(1).applied()).containsExactly("a", "b");
    }

    @Test
    void aLearnerIsCaughtUpButDoesNotCountUntilItIsPromoted() {
        TestCluster cluster = TestCluster.of(1);
        cluster.elect(1);
        cluster.add(2, voters(1L));
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.ADD_LEARNER, 2));
        cluster.settle();
        assertThat(cluster.raft(2).status().learner()).isTrue();

        cluster.isolate(2L);
        cluster.run(1, "a");
        assertThat(cluster.node(1).applied()).containsExactly("a");
        cluster.heal();
        cluster.tick(1, 1);
        cluster.tick(2, 50);
        assertThat(cluster.raft(2).role()).as("a learner never campaigns").isEqualTo(Role.FOLLOWER);

        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.ADD_VOTER, 2));
        cluster.settle();
        assertThat(cluster.raft(2).status().learner()).isFalse();
    }

    @Test
    void severalServersAreReplacedThroughAJointConfigurationThatIsLeftByItself() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.add(4, voters(1L, 2L, 3L));
        cluster.add(5, voters(1L, 2L, 3L));

        cluster.raft(1)
                .proposeConfChange(ConfChange.of(
                        Transition.AUTO,
                        List.of(
                                new Change(Kind.REMOVE, 2),
                                new Change(Kind.REMOVE, 3),
                                new Change(Kind.ADD_VOTER, 4),
                                new Change(Kind.ADD_VOTER, 5))));
        cluster.settle();

        assertThat(cluster.node(1).membership()).isEqualTo(voters(1L, 4L, 5L));
        assertThat(cluster.node(5).membership()).isEqualTo(voters(1L, 4L, 5L));
    }

    @Test
    void aJointConfigurationIsLeftAlsoWhenATransferWasUnderWayAndFailed() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.node(1).stallApply(true);
        cluster.raft(1)
                .proposeConfChange(ConfChange.of(Transition.JOINT_IMPLICIT, List.of(new Change(Kind.ADD_LEARNER, 3))));
        cluster.settle();
        cluster.isolate(3L);
        cluster.raft(1).transferLeadership(3);
        cluster.node(1).stallApply(false);
        cluster.settle();
        assertThat(cluster.node(1).membership().votersOutgoing()).isNotEmpty();

        cluster.tickAll(40);

        assertThat(cluster.node(1).membership())
                .isEqualTo(new ConfState(List.of(1L, 2L), List.of(3L), List.of(), List.of(), false));
    }

    @Test
    void inAJointConfigurationBothMajoritiesMustAgree() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.add(4, voters(1L, 2L, 3L));
        cluster.add(5, voters(1L, 2L, 3L));
        cluster.raft(1)
                .proposeConfChange(ConfChange.of(
                        Transition.JOINT_EXPLICIT,
                        List.of(
                                new Change(Kind.REMOVE, 2),
                                new Change(Kind.REMOVE, 3),
                                new Change(Kind.ADD_VOTER, 4),
                                new Change(Kind.ADD_VOTER, 5))));
        cluster.settle();
        assertThat(cluster.node(1).membership().votersOutgoing()).containsExactly(1L, 2L, 3L);

        cluster.isolate(2L, 3L);
        cluster.run(1, "a");
        assertThat(cluster.node(1).applied()).as("no majority of 1, 2, 3").isEmpty();

        cluster.heal();
        cluster.tick(1, 1);
        cluster.isolate(4L, 5L);
        cluster.run(1, "b");
        assertThat(cluster.node(1).applied()).as("no majority of 1, 4, 5").containsExactly("a");

        cluster.heal();
        cluster.tick(1, 1);
        cluster.raft(1).proposeConfChange(ConfChange.leaveJoint());
        cluster.settle();
        assertThat(cluster.node(1).membership()).isEqualTo(voters(1L, 4L, 5L));
    }

    @Test
    void aSecondChangeWaitsUntilTheFirstIsApplied() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.node(1).stallApply(true);
        ConfChange first = ConfChange.of(Kind.REMOVE, 3);
        ConfChange second = ConfChange.of(Kind.REMOVE, 2);
        assertThat(cluster.raft(1).proposeConfChange(first).outcome()).isEqualTo(Outcome.APPENDED);
        cluster.settle();
        assertThat(cluster.raft(1).proposeConfChange(second).outcome()).isEqualTo(Outcome.CONF_CHANGE_REFUSED);
        cluster.settle();

        cluster.node(1).stallApply(false);
        cluster.settle();

        assertThat(cluster.node(1).membership()).isEqualTo(voters(1L, 2L));
        assertThat(cluster.raft(1).proposeConfChange(second).outcome()).isEqualTo(Outcome.APPENDED);
    }

    /** The bug of the single-server change: a new leader must first commit an entry of its own term. */
    @Test
    void aNewLeaderTakesNoChangeBeforeAllThatItFoundInItsLogIsApplied() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.lose(message -> message instanceof Message.AppendEntriesResponse);
        cluster.run(1, "a");
        cluster.isolate(1L);
        cluster.raft(3).forgetLeader();
        cluster.elect(2);
        ConfChange change = ConfChange.of(Kind.REMOVE, 3);
        assertThat(cluster.raft(2).proposeConfChange(change).outcome()).isEqualTo(Outcome.CONF_CHANGE_REFUSED);

        cluster.heal();
        cluster.tick(2, 1);

        assertThat(cluster.raft(2).proposeConfChange(change).outcome()).isEqualTo(Outcome.APPENDED);
    }

    @Test
    void aChangeThatCouldNotBeAppliedIsRefusedAtOnce() {
        TestCluster cluster = TestCluster.of(1);
        cluster.elect(1);

        assertThat(cluster.raft(1)
                        .proposeConfChange(ConfChange.of(Kind.REMOVE, 1))
                        .outcome())
                .isEqualTo(Outcome.CONF_CHANGE_REFUSED);
        assertThat(cluster.raft(1).proposeConfChange(ConfChange.leaveJoint()).outcome())
                .isEqualTo(Outcome.CONF_CHANGE_REFUSED);
        cluster.settle();
        assertThat(cluster.node(1).membership()).isEqualTo(voters(1L));
    }

    @Test
    void aLeaderThatIsRemovedCommitsItStepsDownAndStaysQuiet() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);

        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 1));
        cluster.settle();
        assertThat(cluster.raft(1).role()).isEqualTo(Role.FOLLOWER);
        assertThat(cluster.node(1).roleChanges).last().isEqualTo("1 LEADER->FOLLOWER removed");

        cluster.tickAll(60);
        assertThat(cluster.raft(2).leaderId()).isIn(2L, 3L);
        assertThat(cluster.raft(1).role()).as("does not campaign any more").isEqualTo(Role.FOLLOWER);
    }

    @Test
    void aTransferToARemovedServerEnds() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.isolate(3L);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 3));
        cluster.raft(1).transferLeadership(3);
        cluster.settle();

        assertThat(cluster.node(1).membership()).isEqualTo(voters(1L, 2L));
        assertThat(cluster.raft(1).leadTransferPending()).isFalse();
    }

    @Test
    void nobodyCampaignsWithACommittedChangeThatIsNotApplied() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.node(2).stallApply(true);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 3));
        cluster.settle();
        cluster.isolate(1L);

        cluster.tick(2, 30);
        assertThat(cluster.raft(2).role()).isEqualTo(Role.FOLLOWER);

        cluster.node(2).stallApply(false);
        cluster.tick(2, 30);
        assertThat(cluster.raft(2).role()).isEqualTo(Role.PRE_CANDIDATE);
    }

    @Test
    void aMembershipOutlivesARestart() {
        TestCluster cluster = TestCluster.of(3);
        cluster.elect(1);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 3));
        cluster.settle();

        cluster.node(2).crashAndRestart();

        assertThat(cluster.raft(2).status().confState()).isEqualTo(voters(1L, 2L));
    }

    @Test
    void aReadThatWaitsIsConfirmedWhenItsVotersLeave() {
        TestCluster cluster = TestCluster.of(2);
        cluster.elect(1);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 2));
        cluster.lose(message -> message instanceof Message.HeartbeatResponse);
        cluster.raft(1).readIndex("r");
        cluster.settle();

        assertThat(cluster.node(1).membership()).isEqualTo(voters(1L));
        assertThat(cluster.node(1).reads).hasSize(1);
    }

    @Test
    void aChangeSurvivesItsEncoding() {
        ConfChange change = new ConfChange(
                false,
                Transition.JOINT_EXPLICIT,
                List.of(new Change(Kind.ADD_LEARNER, Long.MAX_VALUE - 2), new Change(Kind.UPDATE, 3)),
                new byte[] {1, 2, 3});
        ConfChange decoded = ConfChange.decode(new Entry(1, 1, change.entryType(), change.encode()));

        assertThat(decoded.transition()).isEqualTo(change.transition());
        assertThat(decoded.changes()).isEqualTo(change.changes());
        assertThat(decoded.context()).isEqualTo(change.context());
        assertThat(ConfChange.leaveJoint().encode()).isEmpty();
    }

    @Test
    void damagedChangesAreRefused() {
        byte[] whole = ConfChange.of(Kind.ADD_VOTER, 7).encode();
        for (int length = 1; length < whole.length; length++) {
            Entry entry = new Entry(1, 1, EntryType.CONF_CHANGE_V2, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ConfChange.decode(entry)).isInstanceOf(IllegalArgumentException.class);
        }
        whole[0] = 9;
        assertThatThrownBy(() -> ConfChange.decode(new Entry(1, 1, EntryType.CONF_CHANGE_V2, whole)))
                .hasMessageContaining("format version 9, which is not known to this release");
    }

    /** With a better log than the voters that are left it would refuse its vote to those who still need it. */
    @Test
    void nothingComesBehindALeadersOwnRemoval() {
        TestCluster cluster = TestCluster.of(2, settings -> settings.stepDownOnRemoval(false));
        cluster.elect(1);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 1));
        long removal = cluster.raft(1).lastIndex();

        assertThat(cluster.propose(1, "a").outcome()).isEqualTo(Outcome.DROPPED_LEAVING);
        assertThat(cluster.raft(1)
                        .proposeConfChange(ConfChange.of(Kind.ADD_LEARNER, 3))
                        .outcome())
                .isEqualTo(Outcome.DROPPED_LEAVING);
        assertThat(cluster.raft(1).lastIndex()).isEqualTo(removal);
    }

    @Test
    void aDemotedLeaderAppendsNothingMore() {
        TestCluster cluster = TestCluster.of(2, settings -> settings.stepDownOnRemoval(false));
        cluster.elect(1);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.ADD_LEARNER, 1));
        cluster.settle();
        assertThat(cluster.raft(1).status().learner()).isTrue();
        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);

        assertThat(cluster.propose(1, "a").outcome()).isEqualTo(Outcome.DROPPED_LEAVING);
        assertThat(cluster.raft(1)
                        .proposeConfChange(ConfChange.of(Kind.ADD_VOTER, 1))
                        .outcome())
                .isEqualTo(Outcome.DROPPED_LEAVING);
    }

    /** The empty entry of its term it needs, to find out what is committed; then it is as if it had appended the removal. */
    @Test
    void whoIsElectedWithItsOwnRemovalInItsLogAppendsNothingButTheEntryOfItsTerm() {
        TestCluster cluster = TestCluster.of(3, settings -> settings.stepDownOnRemoval(false));
        cluster.elect(1);
        cluster.lose(message -> message.to() == 1 || message.from() == 3);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 2));
        cluster.settle();
        cluster.heal();
        cluster.isolate(1L);
        cluster.raft(3).forgetLeader();
        cluster.raft(2).forgetLeader();
        cluster.lose(message -> message instanceof Message.AppendEntries);
        cluster.elect(2);
        long own = cluster.raft(2).lastIndex();

        assertThat(cluster.raft(2).isLeaving()).isTrue();
        assertThat(cluster.propose(2, "a").outcome()).isEqualTo(Outcome.DROPPED_LEAVING);
        cluster.heal();
        cluster.tick(2, 1);
        assertThat(cluster.node(2).membership()).isEqualTo(voters(1L, 3L));
        assertThat(cluster.propose(2, "a").outcome()).isEqualTo(Outcome.DROPPED_NOT_MEMBER);
        assertThat(cluster.raft(2).lastIndex()).isEqualTo(own);
    }

    /** The leader lost the end of its log, which was not on its disk yet; the one that it removed has it, and can't lead. */
    @Test
    void whoNeedsTheVoteOfOneThatWasRemovedLearnsThatItNeedsItNoLonger() {
        TestCluster cluster = TestCluster.of(2, settings -> settings.stepDownOnRemoval(false));
        cluster.elect(1);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 2));
        cluster.lose(message -> message.to() == 1);
        cluster.settle();
        cluster.heal();
        cluster.node(1).stallStorage(true);
        cluster.node(1).stallApply(true);
        cluster.propose(1, "lost");
        cluster.tick(1, 1);
        assertThat(cluster.node(2).membership()).isEqualTo(voters(1L));
        long last = cluster.raft(2).lastIndex();

        cluster.node(1).crashAndRestart();
        cluster.node(1).stallStorage(false);
        cluster.node(1).stallApply(false);
        assertThat(cluster.raft(1).lastIndex()).isLessThan(last);
        cluster.tickAll(60);

        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);
        assertThat(cluster.node(1).membership()).isEqualTo(voters(1L));
    }

    /** It could win by the votes of a configuration that is over, and even be no member by then. */
    @Test
    void whoLearnsDuringItsCampaignThatTheMembersChangeEndsIt() {
        TestCluster cluster = TestCluster.of(3, settings -> settings.stepDownOnRemoval(false));
        cluster.elect(1);
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 2));
        long removal = cluster.raft(1).lastIndex();
        cluster.lose(message -> message.to() == 2
                && (!(message instanceof Message.AppendEntries append) || append.commit() >= removal));
        cluster.settle();
        assertThat(cluster.raft(2).lastIndex()).isEqualTo(removal);
        assertThat(cluster.raft(2).commitIndex()).isLessThan(removal);
        cluster.isolate(2L);
        cluster.raft(2).forgetLeader();
        cluster.raft(2).campaign();
        assertThat(cluster.raft(2).role()).isEqualTo(Role.PRE_CANDIDATE);

        long term = cluster.raft(2).term();
        cluster.raft(2).step(new Message.Committed(3, 2, 0, term, removal));
        assertThat(cluster.raft(2).role()).isEqualTo(Role.FOLLOWER);
        cluster.settle();
        assertThat(cluster.node(2).membership()).isEqualTo(voters(1L, 3L));
    }

    /** The only one left needs the vote of the removed leader as long as it does not know that the removal is committed. */
    @Test
    void aRemovedLeaderLeadsOnUntilAVoterHasTakenOver() {
        TestCluster cluster = TestCluster.of(2, settings -> settings.stepDownOnRemoval(false));
        cluster.elect(1);
        cluster.run(1, "a");
        cluster.raft(1).proposeConfChange(ConfChange.of(Kind.REMOVE, 1));
        assertThat(cluster.raft(1).isLeaving())
                .as("nothing more is to be proposed")
                .isTrue();
        long removal = cluster.raft(1).lastIndex();
        cluster.lose(message -> message instanceof Message.AppendEntries append && append.commit() >= removal);
        cluster.settle();
        assertThat(cluster.node(1).membership()).isEqualTo(voters(2L));
        assertThat(cluster.raft(1).role()).isEqualTo(Role.LEADER);

        for (int tick = 0; tick < 50; tick++) {
            cluster.raft(1).handOverIfNoVoter();
            cluster.tickAll(1);
        }
        assertThat(cluster.raft(2).role()).isEqualTo(Role.LEADER);
        assertThat(cluster.raft(1).role()).isEqualTo(Role.FOLLOWER);
        assertThat(cluster.node(2).membership()).isEqualTo(voters(2L));
    }
}
