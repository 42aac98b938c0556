package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.sql.TransactionReply.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of one transaction come over a network that may deliver them late, or twice. */
class TransactionHostTests {

    @TempDir
    Path directory;

    private final UUID name = UUID.randomUUID();
    private SingleNode node;
    private TransactionHost host;

    @BeforeEach
    void open() {
        node = new SingleNode(directory, 1);
        host = new TransactionHost(node, node.machine, TransactionLimits.DEFAULT);
    }

    @AfterEach
    void close() {
        host.close();
        node.close();
    }

    private TransactionReply ask(long sequence, String sql) {
        return host.handle(new TransactionRequest(
                name,
                sequence,
                TransactionRequest.Kind.RUN,
                new UUID(0, 1),
                new SessionValues(0, 0),
                false,
                Statement.of(sql),
                Duration.ofSeconds(10)));
    }

    @Test
    void aRequestThatComesAgainGetsTheSameReply() {
        TransactionReply first = ask(1, "SELECT random()");
        assertThat(first.status()).isEqualTo(Status.DONE);
        assertThat(ask(1, "SELECT random()")).isSameAs(first);
    }

    @Test
    void aCopyThatWasOvertakenIsNotRunAgain() {
        ask(1, "SAVEPOINT a");
        TransactionReply second = ask(2, "SELECT random()");
        assertThat(ask(1, "SAVEPOINT a").status()).isEqualTo(Status.GONE);
        // The session, which never saw that reply, goes on as before.
        assertThat(ask(2, "SELECT random()")).isSameAs(second);
        assertThat(ask(3, "RELEASE a").status()).isEqualTo(Status.DONE);
        assertThat(ask(4, "RELEASE a").result())
                .isEqualTo(new StatementResult.Failed(SqlErrors.ERROR, "no such savepoint: a"));
    }

    @Test
    void aSnapshotThatIsInstalledEndsATransactionInTheMidstOfItsWritesAndLeavesNothingOfIt() throws Exception {
        Path copy = directory.resolve("copy");
        ask(1, "SELECT 1");
        try (SingleNode leader = new SingleNode(directory.resolve("leader"), 1)) {
            leader.commitElsewhere("CREATE TABLE t(a)");
            leader.commitElsewhere("INSERT INTO t VALUES('of the snapshot')");
            leader.catchUp();
            leader.machine.copyTo(copy);
        }
        assertThat(ask(2, "CREATE TABLE mine(a)").status()).isEqualTo(Status.DONE);

        node.machine.replaceWith(copy);

        TransactionReply after = ask(3, "INSERT INTO mine VALUES(1)");
        assertThat(after.status()).isEqualTo(Status.GONE);
        assertThat(after.message()).contains("a snapshot took the database's place");
        TransactionReply fresh = host.handle(new TransactionRequest(
                UUID.randomUUID(),
                1,
                TransactionRequest.Kind.RUN,
                new UUID(0, 1),
                new SessionValues(0, 0),
                false,
                Statement.of("SELECT a, (SELECT count(*) FROM sqlite_schema WHERE name = 'mine') FROM t"),
                Duration.ofSeconds(10)));
        assertThat(fresh.result())
                .isEqualTo(new StatementResult.Rows(
                        ((StatementResult.Rows) fresh.result()).columns(),
                        List.of(List.of("of the snapshot", 0L)),
                        0,
                        0));
    }

    @Test
    void aRequestBehindALostOneIsNotRun() {
        ask(1, "SELECT 1");
        assertThat(ask(3, "SELECT 3").status()).isEqualTo(Status.GONE);
    }

    @Test
    void aRequestThatComesWhileTheNodeStopsIsToldSo() {
        ask(1, "SELECT 1");
        host.close();
        TransactionReply reply = ask(2, "SELECT 2");
        assertThat(reply.status()).isEqualTo(Status.GONE);
        assertThat(reply.message()).isEqualTo("the leader is shutting down");
    }
}
