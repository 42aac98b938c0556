package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.Message;
import io.lightraft.raft.Raft;
import io.lightraft.raft.RaftConfig;
import io.lightraft.raft.RaftListener;
import io.lightraft.transport.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Who was removed and does not know it is told by whomever it asks for a vote. Node 1 of three has applied 4 entries. */
class OutsidersTests {

    private final List<String> sent = new ArrayList<>();

    private final Effects effects = new Effects() {
        @Override
        public void send(long to, Frame frame) {
            sent.add(to + " " + frame);
        }

        @Override
        public void outside(boolean outside) {
            sent.add(outside ? "outside" : "inside");
        }

        @Override
        public void store(Message.StorageAppend append) {}

        @Override
        public void apply(Message.StorageApply apply) {}
    };

    private final Raft raft = raftWith(4);
    private final Outsiders outsiders = new Outsiders(raft, effects);

    private static Raft raftWith(long lastIndex) {
        SimulatedLog log = new SimulatedLog();
        log.write(
                new HardState(1, 0, 4),
                LongStream.rangeClosed(1, lastIndex)
                        .mapToObj(index -> Entry.empty(1, index))
                        .toList());
        return new Raft(
                RaftConfig.builder(1)
                        .electionTimeoutTicks(10)
                        .heartbeatTicks(1)
                        .appliedIndex(4)
                        .confState(ConfState.ofVoters(List.of(1L, 2L, 3L)))
                        .seed(1)
                        .build(),
                log,
                RaftListener.NONE);
    }

    @Test
    void whoAsksForAVoteAndIsNoMemberIsToldSo() {
        outsiders.received(9, new Message.RequestPreVote(9, 1, 2, 1, 1));
        outsiders.received(9, new Message.RequestVote(9, 1, 2, 1, 1, false));
        outsiders.received(2, new Message.RequestPreVote(2, 1, 2, 1, 1));
        outsiders.received(9, new Message.Heartbeat(9, 1, 1, 0, ""));
        assertThat(sent).containsExactly("9 NotMember[index=4]", "9 NotMember[index=4]");
    }

    @Test
    void whoIsToldSoCampaignsNoMore() {
        assertThat(outsiders.isOutside()).isFalse();
        outsiders.told(4);
        outsiders.tick(true);
        assertThat(outsiders.isOutside()).isTrue();
        assertThat(outsiders.isHeldBack()).isTrue();
    }

    @Test
    void thatItIsNoMemberIsSaidOnceAndThatItIsOneAgain() {
        outsiders.tick(true);
        outsiders.told(4);
        outsiders.tick(false);
        assertThat(sent).as("on its way in").isEmpty();
        outsiders.tick(true);
        outsiders.tick(true);
        raft.step(new Message.Heartbeat(2, 1, 2, 0, ""));
        outsiders.tick(true);
        assertThat(sent).containsExactly("outside", "inside");
    }

    @Test
    void aNodeThatHasNothingWasNotRemoved() {
        Raft blank = new Raft(
                RaftConfig.builder(1)
                        .electionTimeoutTicks(10)
                        .heartbeatTicks(1)
                        .confState(ConfState.EMPTY)
                        .seed(1)
                        .build(),
                new SimulatedLog(),
                RaftListener.NONE);
        new Outsiders(blank, effects).tick(true);
        assertThat(sent).isEmpty();
    }

    @Test
    void theWordOfOneWhoKnowsLessIsWorthNothing() {
        outsiders.told(3);
        assertThat(outsiders.isOutside()).isFalse();
    }

    @Test
    void whoseLogGoesFurtherMayKnowOfItsReturnAndHaveToLead() {
        Outsiders further = new Outsiders(raftWith(7), effects);
        further.told(6);
        assertThat(further.isOutside()).isTrue();
        assertThat(further.isHeldBack()).isFalse();
        further.told(7);
        assertThat(further.isHeldBack()).isTrue();
    }

    @Test
    void aLeaderThatSpeaksToItKnowsBetter() {
        outsiders.told(5);
        raft.step(new Message.Heartbeat(2, 1, 2, 0, ""));
        outsiders.tick(true);
        assertThat(outsiders.isOutside()).isFalse();
        outsiders.told(6);
        assertThat(outsiders.isOutside()).isFalse();
    }
}
