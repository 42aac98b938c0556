package io.lightraft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.raft.ConfState;
import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.confchange.ConfChange.Transition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Raft ids are node ids plus one. */
class MembersTests {

    private static final int GRACE_TICKS = 3;

    private final Members members = new Members(
            List.of(at(0, "toml"), at(1, "toml"), at(5, "toml")), List.of(at(0, "state"), at(1, "state")), GRACE_TICKS);

    private static Member at(int node, String host) {
        return new Member(node, host + ":1" + node, host + ":2" + node, host + ":3" + node);
    }

    private static ConfChange change(Kind kind, Member member) {
        return new ConfChange(
                false,
                Transition.AUTO,
                List.of(new Change(kind, member.raftId())),
                kind == Kind.REMOVE ? new byte[0] : MemberCodec.encode(List.of(member)));
    }

    private static ConfState voters(Long... ids) {
        return ConfState.ofVoters(List.of(ids));
    }

    @Test
    void theStateIsRightAboutMembersAndTheFileNamesWhoMayJoin() {
        assertThat(members.list()).containsExactly(at(0, "state"), at(1, "state"));
        assertThat(members.peers())
                .containsEntry(1L, "state:20")
                .containsEntry(2L, "state:21")
                .containsEntry(6L, "toml:25")
                .hasSize(3);
    }

    @Test
    void theFileIsWrongAboutAMemberOnlyIfItSaysAnotherPlaceOfIt() {
        Members changed = new Members(
                List.of(at(0, "same"), at(1, "toml"), at(5, "toml")),
                List.of(at(0, "same"), at(1, "state"), at(2, "state")),
                GRACE_TICKS);
        assertThat(changed.isElsewhereInFile(1)).isFalse();
        assertThat(changed.isElsewhereInFile(2)).isTrue();
        assertThat(changed.isElsewhereInFile(3)).isTrue();
        assertThat(changed.isElsewhereInFile(6)).as("no member").isFalse();
        assertThat(changed.differences())
                .contains("of node 1 is state:11, not toml:11")
                .contains("node 2 is a member and not in the file")
                .contains("node 5 is in the file and no member")
                .doesNotContain("node 0");
    }

    @Test
    void whereTheStateKeepsNoAddressesTheFileCounts() {
        Members fromFile = new Members(List.of(at(0, "toml"), at(1, "toml")), List.of(), GRACE_TICKS);
        assertThat(fromFile.list()).containsExactly(at(0, "toml"), at(1, "toml"));
    }

    @Test
    void anAddedNodeIsWhereItsEntrySays() {
        members.changed(
                change(Kind.ADD_LEARNER, at(7, "new")),
                new ConfState(List.of(1L, 2L), List.of(8L), List.of(), List.of(), false));
        assertThat(members.find(8)).isEqualTo(at(7, "new"));
        assertThat(members.peers()).containsEntry(8L, "new:27");
    }

    @Test
    void aNodeThatMovesIsFoundAtItsNewAddress() {
        members.changed(change(Kind.UPDATE, at(1, "moved")), voters(1L, 2L));
        assertThat(members.list()).containsExactly(at(0, "state"), at(1, "moved"));
        assertThat(members.peers()).containsEntry(2L, "moved:21");
    }

    @Test
    void aRemovedNodeKeepsItsStreamsForAWhile() {
        members.changed(change(Kind.REMOVE, at(1, "")), voters(1L));
        assertThat(members.list()).containsExactly(at(0, "state"));
        assertThat(members.peers()).containsEntry(2L, "state:21");
        for (int i = 1; i < GRACE_TICKS; i++) {
            assertThat(members.tick()).isFalse();
        }
        assertThat(members.tick()).isTrue();
        // Named by the file, it may come back.
        assertThat(members.peers()).containsEntry(2L, "toml:21");
    }

    @Test
    void whoVotesInTheOutgoingHalfIsAMemberYet() {
        members.changed(
                change(Kind.REMOVE, at(1, "")),
                new ConfState(List.of(1L), List.of(), List.of(1L, 2L), List.of(), true));
        assertThat(members.list()).containsExactly(at(0, "state"), at(1, "state"));
    }

    @Test
    void nobodyIsLookedForAtTheAddressOfAMember() {
        Member taken = new Member(7, "x:1", at(5, "toml").rpcAddress(), "x:2");
        members.changed(
                change(Kind.ADD_LEARNER, taken),
                new ConfState(List.of(1L, 2L), List.of(8L), List.of(), List.of(), false));
        assertThat(members.peers()).containsEntry(8L, "toml:25").doesNotContainKey(6L);
    }

    @Test
    void aSnapshotBringsItsOwn() {
        members.replaced(List.of(at(2, "snapshot")));
        assertThat(members.list()).containsExactly(at(2, "snapshot"));
    }
}
