package io.lightraft.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.StateMachine;
import io.lightraft.raft.ConfState;
import io.lightraft.raft.Entry;
import io.lightraft.raft.HardState;
import io.lightraft.raft.SnapshotMetadata;
import io.lightraft.sql.ClusterLimits;
import io.lightraft.sql.SqliteStateMachine;
import io.lightraft.storage.DurableLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code recover} does to the files of a node, and when it refuses to; whole clusters are in RecoverIT. */
class RecoverCommandTests {

    private static final ConfState THREE = ConfState.ofVoters(List.of(1L, 2L, 3L));
    private static final long LAST = 50;

    @TempDir
    Path directory;

    private ClusterConfig cluster;
    private String said = "";

    @BeforeEach
    void leaveData() throws IOException {
        String toml = TestCluster.toml(3).replace("data/test", directory.resolve("data/test") + "");
        Files.writeString(directory.resolve("lightraft.toml"), toml);
        cluster = ConfigFile.load(directory.resolve("lightraft.toml"));
        try (SqliteStateMachine state = state()) {
            state.bootstrap(new StateMachine.Applied(1, 1, THREE));
        }
        try (DurableLog log = log()) {
            log.installSnapshot(new SnapshotMetadata(THREE, 1, 1));
            log.append(
                    new HardState(7, 2, 40),
                    LongStream.rangeClosed(2, LAST)
                            .mapToObj(index -> Entry.empty(index < 45 ? 5 : 6, index))
                            .toList());
            log.sync();
        }
    }

    @Test
    void withoutYesItTellsWhatWouldBeDoneAndWhatMayBeLostAndDoesNothing() throws Exception {
        assertThat(recover("--node.index=1")).isEqualTo(2);
        assertThat(said)
                .contains("term 6, index 50", "committed:      up to index 40", "database: up to index 1")
                .contains("voters 0, 1, 2", "node 1 alone, from index 51, term 1000007 on", "What may be lost")
                .contains("Of the last 10 it does not know");
        try (DurableLog log = log();
                SqliteStateMachine state = state()) {
            assertThat(log.initialHardState()).isEqualTo(new HardState(7, 2, 40));
            assertThat(log.lastIndex()).isEqualTo(LAST);
            assertThat(state.applied().index()).isEqualTo(1);
            assertThat(state.applied().confState()).isEqualTo(THREE);
            assertThat(state.lineage()).isEqualTo("original");
        }
    }

    @Test
    void withYesTheNodeIsAloneBehindAllOfItsLogInATermThatNobodyElseHasHad() throws Exception {
        assertThat(recover("--node.index=1", "--yes")).as(said).isZero();
        try (DurableLog log = log();
                SqliteStateMachine state = state()) {
            assertThat(state.applied())
                    .isEqualTo(new StateMachine.Applied(
                            LAST + 1,
                            1_000_007,
                            ConfState.ofVoters(List.of(2L)),
                            List.of(cluster.nodes().get(1).member())));
            assertThat(state.lineage()).hasSize(36);
            assertThat(log.firstIndex()).isEqualTo(LAST + 2);
            assertThat(log.lastIndex()).isEqualTo(LAST + 1);
            assertThat(log.initialHardState()).isEqualTo(new HardState(1_000_007, 0, 40));
        }
        // As a kill behind the last step would leave it: without the note's end the node could never vote.
        Files.writeString(cluster.driver().snapshots(1).resolve("admission"), "1 99\n");
        assertThat(recover("--node.index=1", "--yes")).isZero();
        assertThat(said).contains("the only voter already");
        assertThat(cluster.driver().snapshots(1)).isEmptyDirectory();
    }

    @Test
    void whatCantBeRecoveredIsRefusedWithTheReason() throws Exception {
        assertThat(recover("--yes")).isEqualTo(1);
        assertThat(said).contains("recover needs --node.index=N");
        assertThat(recover("--node.index=7", "--yes")).isEqualTo(1);
        assertThat(said).contains("describes nodes 0 to 2");
        assertThat(recover("--node.index=0", "--yes")).isEqualTo(1);
        assertThat(said).contains("there is no data of node 0");
        assertThat(recover("--node.index=1", "--now")).isEqualTo(1);
        assertThat(said).contains("unknown argument --now");

        DurableLog running = log();
        assertThat(recover("--node.index=1", "--yes")).isEqualTo(1);
        assertThat(said).startsWith("not recovered: ").contains("in use", "stop node 1 first");
        running.close();
        Files.writeString(cluster.driver().quarantine(1), "it differs\n");
        assertThat(recover("--node.index=1", "--yes")).isEqualTo(1);
        assertThat(said).contains("node 1 is in quarantine (it differs)");
        Files.delete(cluster.driver().quarantine(1));

        Path segment = onlySegment();
        byte[] intact = Files.readAllBytes(segment);
        byte[] damaged = intact.clone();
        damaged[100] ^= 1;
        Files.write(segment, damaged);
        assertThat(recover("--node.index=1", "--yes")).isEqualTo(1);
        assertThat(said).contains("not recovered: ", segment.toString(), "damaged");
        Files.write(segment, intact);

        byte[] database = Files.readAllBytes(cluster.driver().database(1));
        byte[] garbled = database.clone();
        Arrays.fill(garbled, 4096, garbled.length, (byte) 7);
        Files.write(cluster.driver().database(1), garbled);
        assertThat(recover("--node.index=1", "--yes")).isEqualTo(1);
        assertThat(said).contains("not recovered: ", "malformed");
        Files.write(cluster.driver().database(1), database);
        assertThat(recover("--node.index=1", "--yes")).as(said).isZero();
    }

    @Test
    void aNodeThatHoldsNothingIsNotWorthRecovering() throws Exception {
        Files.delete(onlySegment());
        assertThat(recover("--node.index=1", "--yes")).isEqualTo(1);
        assertThat(said).contains("node 1 holds no entry at all");
    }

    private Path onlySegment() throws IOException {
        try (Stream<Path> files = Files.list(cluster.driver().log(1))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private int recover(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes);
        List<String> line = new ArrayList<>(List.of("recover"));
        line.addAll(List.of(arguments));
        UnaryOperator<@Nullable String> properties = name -> name.equals("lightraft.config")
                ? directory.resolve("lightraft.toml").toString()
                : null;
        int code = new RecoverCommand(out, out).run(line.toArray(String[]::new), properties);
        said = bytes.toString();
        return code;
    }

    private DurableLog log() {
        return new OfflineNode(cluster, cluster.nodes().get(1)).openLog();
    }

    private SqliteStateMachine state() {
        return SqliteStateMachine.open(cluster.driver().database(1), ClusterLimits.DEFAULT);
    }
}
