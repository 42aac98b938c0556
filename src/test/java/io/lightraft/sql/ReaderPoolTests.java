package io.lightraft.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightraft.node.ReplicaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReaderPoolTests {

    private static final String ENDLESS =
            "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT max(n) FROM x";
    private static final String MANY =
            "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x LIMIT 200000) SELECT n, hex(zeroblob(2000)) FROM x";

    @TempDir
    Path directory;

    private SingleNode node;
    private final Session session = new Session();

    @BeforeEach
    void open() {
        node = new SingleNode(directory, 2);
        Log.run(node.machine, "CREATE TABLE t(a)", "INSERT INTO t VALUES(1)");
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static ReadOptions within(Duration timeout) {
        return new ReadOptions(ReadLevel.NONE, null, timeout);
    }

    /** Counts rows, and does something at the first. */
    private static class Counter implements ResultSink {
        long rows;

        @Nullable
        String failure;

        void first() throws IOException {}

        @Override
        public void columns(List<Column> columns) {}

        @Override
        public void row(@Nullable Object[] values) throws IOException {
            if (rows++ == 0) {
                first();
            }
        }

        @Override
        public void endOfRows() {}

        @Override
        public void changed(long rowsAffected, long lastInsertRowid) {}

        @Override
        public void failed(int code, String message) {
            failure = message;
        }
    }

    @Test
    void handsOnRowsOneByOneHoweverManyThereAre() throws IOException {
        long[] most = new long[1];
        Counter counter = new Counter() {
            @Override
            public void row(@Nullable Object[] values) throws IOException {
                super.row(values);
                if (rows % 50_000 == 0) { // 800 MB would have come together if they were held
                    System.gc();
                    Runtime runtime = Runtime.getRuntime();
                    most[0] = Math.max(most[0], runtime.totalMemory() - runtime.freeMemory());
                }
            }
        };
        node.database.run(session, Statement.of(MANY), within(Duration.ofSeconds(60)), counter);
        assertThat(counter.rows).isEqualTo(200_000);
        assertThat(most[0]).isLessThan(200L << 20);
    }

    @Test
    void interruptsTheStatementAtTheDeadlineAndGoesOn() throws IOException {
        RecordingSink sink = new RecordingSink();
        long start = System.nanoTime();
        node.database.query(
                session,
                List.of(Statement.of("SELECT 1"), Statement.of(ENDLESS), Statement.of("SELECT 2")),
                within(Duration.ofMillis(300)),
                sink);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
        assertThat(sink.lines)
                .containsExactly("columns [1]", "row [1]", "end", "failed 9 query timeout", "failed 9 query timeout");
        sink.lines.clear();
        node.database.run(session, Statement.of("SELECT 3"), within(Duration.ofSeconds(5)), sink);
        assertThat(sink.lines).contains("row [3]");
    }

    @Test
    void readsAllStatementsOfARequestInOneSnapshot() throws IOException {
        List<Object> seen = new ArrayList<>();
        Counter counter = new Counter() {
            @Override
            public void row(@Nullable Object[] values) {
                seen.add(String.valueOf(values[0]));
                Log.run(node.machine, "INSERT INTO t VALUES(2)");
            }
        };
        Statement count = Statement.of("SELECT count(*) FROM t");
        node.database.query(session, List.of(count, count, count), within(Duration.ofSeconds(5)), counter);
        assertThat(seen).containsExactly("1", "1", "1");
        seen.clear();
        node.database.query(session, List.of(count), within(Duration.ofSeconds(5)), counter);
        assertThat(seen).containsExactly("4");
    }

    @Test
    void endsTheRequestWhenItsClientIsGone() throws IOException {
        Counter gone = new Counter() {
            @Override
            void first() throws IOException {
                throw new IOException("broken pipe");
            }
        };
        for (int i = 0; i < 5; i++) { // more often than there are readers
            assertThatThrownBy(
                            () -> node.database.run(session, Statement.of(MANY), within(Duration.ofSeconds(5)), gone))
                    .hasMessage("broken pipe");
            gone.rows = 0;
        }
        Counter next = new Counter();
        node.database.run(session, Statement.of("SELECT a FROM t"), within(Duration.ofSeconds(5)), next);
        assertThat(next.rows).isEqualTo(1);
    }

    @Test
    void waitsForAReaderOnlyUntilTheDeadline() throws Exception {
        CountDownLatch held = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        List<CompletableFuture<Void>> holders = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            holders.add(inThread(() -> {
                try {
                    node.readers.read(session, Deadline.in(Duration.ofSeconds(30)), reader -> {
                        held.countDown();
                        return awaitQuietly(release);
                    });
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> node.database.run(
                        session, Statement.of("SELECT 1"), within(Duration.ofMillis(100)), new RecordingSink()))
                .isInstanceOf(ReplicaException.Busy.class)
                .hasMessageContaining("readers");
        release.countDown();
        for (CompletableFuture<Void> holder : holders) {
            holder.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void takesReadersAwayAtTheDeadlineFromClientsThatDoNotRead() throws Exception {
        CountDownLatch stuck = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        List<Counter> clients = new ArrayList<>();
        List<CompletableFuture<Void>> requests = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Counter client = new Counter() {
                @Override
                void first() {
                    stuck.countDown();
                    awaitQuietly(release);
                }
            };
            clients.add(client);
            requests.add(inThread(() -> {
                try {
                    node.database.run(session, Statement.of(MANY), within(Duration.ofMillis(200)), client);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 3; i++) { // more than were taken away, so that none is counted twice
            RecordingSink sink = new RecordingSink();
            node.database.run(session, Statement.of("SELECT count(*) FROM t"), within(Duration.ofSeconds(15)), sink);
            assertThat(sink.lines).contains("row [1]");
        }
        assertThat(requests).noneMatch(CompletableFuture::isDone);
        release.countDown();
        for (CompletableFuture<Void> request : requests) {
            request.get(10, TimeUnit.SECONDS);
        }
        assertThat(clients).allMatch(client -> client.rows == 1 && "query timeout".equals(client.failure));
    }

    @Test
    void letTheWriteAheadLogStartOverThoughOneOfThemIsAlwaysReading() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        String slow = "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x LIMIT 10000)"
                + " SELECT max(n), (SELECT count(*) FROM t) FROM x";
        List<CompletableFuture<Void>> reading = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            reading.add(inThread(() -> {
                try {
                    while (!stop.get()) {
                        node.database.run(
                                new Session(), Statement.of(slow), within(Duration.ofSeconds(30)), new RecordingSink());
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        long longest = 0;
        boolean startedOver = false;
        for (int i = 0; i < 2000 && !startedOver; i++) {
            Log.run(node.machine, "UPDATE t SET a = randomblob(500000)");
            long length = Files.size(Path.of(node.machine.file() + "-wal"));
            startedOver = longest >= WriteAheadLog.LONG_BYTES && length < longest;
            longest = Math.max(longest, length);
        }
        stop.set(true);
        for (CompletableFuture<Void> reader : reading) {
            reader.get(30, TimeUnit.SECONDS);
        }
        assertThat(startedOver).as("it was " + longest + " bytes long").isTrue();
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void interruptsWhatRunsWhenItCloses() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        Counter counter = new Counter() {
            @Override
            void first() {
                started.countDown();
            }
        };
        CompletableFuture<Void> running = inThread(() -> {
            try {
                node.database.query(
                        session,
                        List.of(Statement.of("SELECT 1"), Statement.of(ENDLESS)),
                        within(Duration.ofMinutes(1)),
                        counter);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        node.readers.close();
        running.get(10, TimeUnit.SECONDS);
        assertThat(counter.failure).isEqualTo("query timeout");
        assertThatThrownBy(() -> node.database.run(
                        session, Statement.of("SELECT 1"), within(Duration.ofSeconds(1)), new RecordingSink()))
                .isInstanceOf(ReplicaException.class);
    }

    @Test
    void cannotWriteWhateverReachesIt() throws IOException {
        RecordingSink sink = new RecordingSink();
        Path stolen = directory.resolve("stolen");
        node.readers.read(session, Deadline.in(Duration.ofSeconds(5)), reader -> {
            reader.read(Statement.of("INSERT INTO t VALUES(9)"), sink);
            reader.read(Statement.of("backup to '" + stolen + "'"), sink);
            reader.read(Statement.of("ATTACH '" + stolen + "' AS x"), sink);
            reader.read(Statement.of("CREATE TEMP TABLE x(a)"), sink);
            reader.read(Statement.of("VACUUM INTO '" + stolen + "'"), sink);
            return true;
        });
        assertThat(sink.lines).hasSize(5).allMatch(line -> line.startsWith("failed"));
        assertThat(stolen).doesNotExist();
    }

    /** A thread of its own for each: the common pool may have only one. */
    private static CompletableFuture<Void> inThread(Runnable work) {
        return CompletableFuture.runAsync(work, task -> new Thread(task).start());
    }
}
