package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.PeerCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that was begun without foreign keys. */
class ForeignKeysTests {

    private static final ClusterLimits OFF = ClusterLimits.DEFAULT.withForeignKeys(false);
    private static final String NOTHING = "columns [] / end";
    private static final String REFUSED = "failed 1 foreign keys are enforced on no node and can't be switched on: this"
            + " was settled when the cluster was first started, with foreignKeys = false in lightraft.toml; PRAGMA"
            + " foreign_key_check finds the rows that break them";

    @TempDir
    Path directory;

    private final Session session = new Session();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private SingleNode node;
    private TransactionHost host;
    private Database database;

    @BeforeEach
    void open() throws IOException {
        open(OFF);
        run("CREATE TABLE p(a PRIMARY KEY)");
        run("CREATE TABLE c(a REFERENCES p)");
    }

    private void open(ClusterLimits seed) {
        node = new SingleNode(directory, 1, seed);
        host = new TransactionHost(node, node.machine, TransactionLimits.DEFAULT);
        PeerCalls nobody = (peer, json, timeout) -> {
            throw new IOException("there is one node");
        };
        database = new Database(node, node.readers, new Transactions(0, node, host, nobody, threads));
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        closeNode();
    }

    private void closeNode() {
        host.close();
        node.close();
    }

    private String run(String sql) throws IOException {
        RecordingSink sink = new RecordingSink();
        database.run(session, Statement.of(sql), ReadOptions.DEFAULT, sink);
        return String.join(" / ", sink.lines);
    }

    private String execute(boolean atomic, String... statements) throws IOException {
        RecordingSink sink = new RecordingSink();
        List<Statement> all = List.of(statements).stream().map(Statement::of).toList();
        database.execute(new Session(), all, atomic, Duration.ofSeconds(10), sink);
        return String.join(" / ", sink.lines);
    }

    @Test
    void acceptsRowsThatBreakThem() throws IOException {
        assertThat(run("INSERT INTO c VALUES(1)")).isEqualTo("changed 1 1");
        assertThat(execute(true, "INSERT INTO c VALUES(2)")).isEqualTo("changed 1 2");
        run("BEGIN");
        assertThat(run("INSERT INTO c VALUES(3)")).isEqualTo("changed 1 3");
        assertThat(run("COMMIT")).isEqualTo(NOTHING);
        assertThat(run("SELECT count(*) AS n FROM pragma_foreign_key_check")).isEqualTo("columns [n] / row [3] / end");
    }

    @Test
    void tellsSoAndCantBeToldOtherwise() throws IOException {
        assertSettled();
        run("BEGIN");
        assertSettled();
        run("SELECT 1");
        assertSettled();
        run("ROLLBACK");
        assertThat(execute(false, "PRAGMA foreign_keys", "PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"))
                .isEqualTo("columns [foreign_keys] / row [0] / end / changed 0 0 / " + REFUSED);
        assertThat(execute(true, "PRAGMA foreign_keys")).isEqualTo("columns [foreign_keys] / row [0] / end");
    }

    private void assertSettled() throws IOException {
        assertThat(run("PRAGMA foreign_keys")).isEqualTo("columns [foreign_keys] / row [0] / end");
        assertThat(run("PRAGMA foreign_keys = OFF")).isEqualTo(NOTHING);
        assertThat(run("PRAGMA foreign_keys = on")).isEqualTo(REFUSED);
        assertThat(run("PRAGMA foreign_keys")).isEqualTo("columns [foreign_keys] / row [0] / end");
    }

    @Test
    void stayAsTheyAreWhateverALaterStartSays() throws IOException {
        closeNode();
        open(ClusterLimits.DEFAULT);
        assertThat(run("INSERT INTO c VALUES(1)")).isEqualTo("changed 1 1");
        assertSettled();
    }

    @Test
    void comeWithASnapshotToANodeWhoseFileSaysSomethingElse() throws IOException {
        Path copy = directory.resolve("copy");
        node.machine.copyTo(copy);
        closeNode();
        directory = directory.resolve("other");
        open(ClusterLimits.DEFAULT);
        assertThat(run("PRAGMA foreign_keys = OFF")).startsWith("failed 1 foreign keys are enforced on every node");
        run("BEGIN");
        run("SELECT 1");
        run("ROLLBACK");
        node.machine.replaceWith(copy);
        assertSettled();
        run("BEGIN");
        assertSettled();
        assertThat(run("INSERT INTO c VALUES(1)")).startsWith("changed 1 ");
        run("ROLLBACK");
        assertThat(Log.run(node.machine, "INSERT INTO c VALUES(1)"))
                .singleElement()
                .isInstanceOf(StatementResult.Changed.class);
    }
}
