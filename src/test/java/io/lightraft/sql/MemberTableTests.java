package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.CommittedEntry;
import io.lightraft.node.Member;
import io.lightraft.node.StateMachine;
import io.lightraft.raft.ConfState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The addresses of the members are part of the state. */
class MemberTableTests {

    private static final ConfState TWO = ConfState.ofVoters(List.of(1L, 2L));
    private static final List<Member> FIRST =
            List.of(new Member(0, "a:1", "a:2", "a:3"), new Member(1, "b:1", "b:2", "b:3"));
    private static final List<Member> LATER = List.of(
            new Member(0, "[::1]:6453", "[::1]:56453", "[::1]:4001"),
            new Member(4711, "x".repeat(20_000) + ":1", "nul\0inside:2", "häuschen:3", true));

    @TempDir
    Path directory;

    private final Log log = new Log(0);

    private SqliteStateMachine open(String name) {
        return SqliteStateMachine.open(directory.resolve(name), ClusterLimits.DEFAULT);
    }

    private CommittedEntry change(List<Member> members) {
        CommittedEntry place = log.entry("SELECT 1");
        return new CommittedEntry(place.index(), place.term(), null, ByteBuffer.allocate(0), TWO, members);
    }

    @Test
    void theBeginningOfAClusterHasThoseThatItBeginsWith() {
        StateMachine.Applied beginning = new StateMachine.Applied(1, 1, TWO, FIRST);
        try (SqliteStateMachine machine = open("a.sqlite")) {
            assertThat(machine.applied()).isEqualTo(new StateMachine.Applied(0, 0, ConfState.EMPTY));
            machine.bootstrap(beginning);
            assertThat(machine.applied()).isEqualTo(beginning);
        }
        try (SqliteStateMachine machine = open("a.sqlite")) {
            assertThat(machine.applied()).isEqualTo(beginning);
        }
    }

    @Test
    void anEntryChangesThemForGood() {
        try (SqliteStateMachine machine = open("a.sqlite")) {
            machine.apply(List.of(log.entry("CREATE TABLE t(a)"), change(LATER), log.entry("INSERT INTO t VALUES(1)")));
            assertThat(machine.applied().members()).isEqualTo(LATER);
        }
        try (SqliteStateMachine machine = open("a.sqlite")) {
            assertThat(machine.applied()).isEqualTo(new StateMachine.Applied(3, 1, TWO, LATER));
        }
    }

    @Test
    void aBatchThatIsDoneAgainChangesThemOnce() {
        try (SqliteStateMachine machine = open("a.sqlite")) {
            machine.apply(List.of(log.entry("CREATE TABLE t(a PRIMARY KEY)"), log.entry("INSERT INTO t VALUES(1)")));
            machine.apply(
                    List.of(change(LATER), log.entry("INSERT OR ROLLBACK INTO t VALUES(1)"), log.entry("SELECT 1")));
            assertThat(machine.applied().members()).isEqualTo(LATER);
            assertThat(machine.applied().index()).isEqualTo(5);
        }
    }

    @Test
    void aChangeLeavesLastInsertRowidAsItWasAsOnNodesThatWereRebuiltMeanwhile() {
        List<CommittedEntry> before = List.of(
                log.entry("CREATE TABLE t(id INTEGER PRIMARY KEY, a)"),
                log.entry("INSERT INTO t VALUES(77, 1)"),
                change(LATER));
        CommittedEntry after = log.entry("UPDATE t SET a = last_insert_rowid()");
        StatementResult.Changed expected = new StatementResult.Changed(1, 77);
        long hash;
        try (SqliteStateMachine machine = open("a.sqlite")) {
            machine.apply(before);
            assertThat(machine.apply(List.of(after))).containsExactly(List.of(expected));
            hash = machine.outcomeHash();
        }
        try (SqliteStateMachine machine = open("b.sqlite")) {
            machine.apply(before);
        }
        try (SqliteStateMachine machine = open("b.sqlite")) {
            assertThat(machine.apply(List.of(after))).containsExactly(List.of(expected));
            assertThat(machine.outcomeHash()).isEqualTo(hash);
        }
    }

    @Test
    void aCopyCarriesThemToTheNodeThatTakesItsPlace() throws IOException {
        Path copy = directory.resolve("copy");
        try (SqliteStateMachine machine = open("a.sqlite")) {
            machine.apply(List.of(change(LATER)));
            assertThat(machine.copyTo(copy).members()).isEqualTo(LATER);
            assertThat(machine.inspect(copy).members()).isEqualTo(LATER);
        }
        try (SqliteStateMachine other = open("b.sqlite")) {
            assertThat(other.replaceWith(copy).members()).isEqualTo(LATER);
            assertThat(other.applied().members()).isEqualTo(LATER);
        }
    }
}
