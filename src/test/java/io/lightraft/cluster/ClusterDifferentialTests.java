package io.lightraft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.server.tcp.TypedText;
import io.lightraft.sql.Column;
import io.lightraft.sql.Oracle;
import io.lightraft.sql.Statement;
import io.lightraft.sql.StatementResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Generated sequences of statements, typed into the nodes of a cluster in turn (with transactions of several lines) and
 * sent to them over HTTP, and given to plain SQLite, which has a connection for each session: the same results and
 * errors, in the same words, and in the end the same rows in all tables, on all nodes. In the middle of some sequences a
 * node is stopped, rebuilt from a snapshot, and another one stopped and started. {@code -Ddifferential.seeds=FROM-TO}
 * plays others than those of the build.
 */
class ClusterDifferentialTests {

    private static final int STEPS = 40;
    private static final Set<String> CHANGES = Set.of("INSERT", "REPLACE", "UPDATE", "DELETE", "WITH");

    /** Requests have no session; in plain SQLite they are one more. */
    private static final int REQUESTS = ClusterFiles.NODES;

    @TempDir
    static Path directory;

    private static LocalCluster cluster;

    private final @Nullable NcClient[] typists = new NcClient[ClusterFiles.NODES];
    private String place = "";

    static LongStream seeds() {
        String[] range = System.getProperty("differential.seeds", "1-9").split("-");
        return LongStream.rangeClosed(Long.parseLong(range[0]), Long.parseLong(range[range.length - 1]));
    }

    @BeforeAll
    static void start() throws IOException {
        cluster = new LocalCluster(directory, 20_000);
        cluster.files.logEntries(20);
        cluster.startAll();
        cluster.awaitLeader();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aClusterMeansTheSameAsPlainSqlite(long seed) throws Exception {
        String replay = "replay: ./mvnw test -Dtest=ClusterDifferentialTests -Ddifferential.seeds=" + seed;
        Random random = new Random(seed);
        try (Oracle oracle = new Oracle(directory.resolve("plain-" + seed + ".sqlite"), seed, REQUESTS + 1)) {
            for (Statement statement : oracle.schema()) {
                place = replay + ", " + statement.sql();
                type(oracle, random.nextInt(ClusterFiles.NODES), statement);
            }
            int away = seed % 3 == 0 ? random.nextInt(ClusterFiles.NODES) : -1;
            for (int step = 0; step < STEPS; step++) {
                disturb(step, away, oracle);
                boolean isAway = away >= 0 && step >= STEPS / 4 && step < STEPS / 2;
                int node = random.nextInt(ClusterFiles.NODES);
                Oracle.Step next = oracle.step();
                place = replay + ", step " + step + ": " + next;
                run(oracle, isAway && node == away ? (away + 1) % ClusterFiles.NODES : node, next);
            }
            place = replay;
            compareContent(oracle, random.nextInt(ClusterFiles.NODES));
        } finally {
            for (NcClient typist : typists) {
                if (typist != null) {
                    typist.close();
                }
            }
            clear();
        }
    }

    private void disturb(int step, int away, Oracle oracle) throws Exception {
        if (away < 0) {
            return;
        }
        int other = (away + 1) % ClusterFiles.NODES;
        if (step == STEPS / 4) {
            cluster.stop(away);
            cluster.awaitLeader();
            forget(away, oracle);
        } else if (step == STEPS / 2) {
            for (int node = 0; node < ClusterFiles.NODES; node++) {
                if (node != away) {
                    assertThat(cluster.http(node).post("/admin/snapshot").status())
                            .isEqualTo(200);
                }
            }
            long lastLogIndex = cluster.http(other).raft().get("lastLogIndex").asLong();
            cluster.start(away);
            cluster.awaitLeader();
            assertThat(cluster.http(away).raft().get("firstLogIndex").asLong())
                    .as("%s: where the log of a node begins that was given a snapshot", place)
                    .isGreaterThan(lastLogIndex);
        } else if (step == STEPS * 3 / 4) {
            cluster.stop(other);
            cluster.start(other);
            cluster.awaitLeader();
            forget(other, oracle);
        }
    }

    private void forget(int node, Oracle oracle) throws Exception {
        NcClient typist = typists[node];
        typists[node] = null;
        if (typist != null) {
            typist.close();
            oracle.reconnect(node);
        }
    }

    private void run(Oracle oracle, int node, Oracle.Step step) throws Exception {
        if (step.way() == Oracle.Way.TYPED) {
            for (Statement statement : step.statements()) {
                if (!type(oracle, node, statement)) {
                    return;
                }
            }
            return;
        }
        boolean together = step.way() == Oracle.Way.TOGETHER;
        List<StatementResult> expected = new ArrayList<>();
        if (together) {
            expected.addAll(oracle.runTogether(REQUESTS, step.statements()));
        } else {
            step.statements().forEach(statement -> expected.add(oracle.run(REQUESTS, statement)));
        }
        assertThat(request(node, step, together)).as(place).isEqualTo(shown(step, expected));
    }

    /** False when the transaction that it stands in has ended before its time. */
    private boolean type(Oracle oracle, int node, Statement statement) throws Exception {
        NcClient typist = typists[node];
        if (typist == null) {
            typist = cluster.nc(node);
            typists[node] = typist;
        }
        boolean before = typist.inTransaction;
        String answer = typist.ask(statement.sql());
        StatementResult expected = oracle.run(node, statement);
        assertThat(normal(statement, answer)).as(place).isEqualTo(normal(statement, TypedText.of(expected)));
        if (expected instanceof StatementResult.Failed && !typist.inTransaction && before) {
            boolean commits = statement.sql().matches("COMMIT|END|RELEASE top");
            // Plain SQLite keeps the transaction or ends it, as the statement has a journal of its own or not.
            boolean full = answer.contains("database or disk is full");
            if (!commits && !full) {
                assertThat(oracle.isInTransaction(node))
                        .as("%s, a transaction after %s", place, answer)
                        .isFalse();
            }
            oracle.rollback(node); // a COMMIT that fails leaves it open there, and here not
            return false;
        }
        assertThat(typist.inTransaction).as(place).isEqualTo(oracle.isInTransaction(node));
        return true;
    }

    private static String normal(Statement statement, String answer) {
        String told = answer.replace(" (the transaction was rolled back)", "")
                .replace("an AUTOINCREMENT key has no number left", "database or disk is full");
        boolean changes = CHANGES.contains(statement.sql().split(" ")[0].toUpperCase(Locale.ROOT));
        return told.equals("OK\n") || !changes && told.matches("\\d+ rows? affected\n") ? "done" : told;
    }

    private List<String> request(int node, Oracle.Step step, boolean together) throws IOException {
        HttpSql.Reply reply = cluster.http(node)
                .execute(
                        step.statements().stream()
                                .map(ClusterDifferentialTests::json)
                                .toList(),
                        together ? "&transaction&blob_array" : "&blob_array");
        assertThat(reply.status()).as("%s: %s", place, reply.text()).isEqualTo(200);
        List<String> shown = new ArrayList<>();
        int i = 0;
        for (JsonNode result : reply.json().get("results")) {
            Statement statement = step.statements().get(i++);
            if (result.has("error")) {
                shown.add(normal(statement, "failed " + result.get("error").asString()));
            } else if (result.has("columns")) {
                List<String> names = new ArrayList<>();
                result.get("columns").forEach(name -> names.add(name.asString()));
                shown.add(names + " " + rows(result));
            } else {
                long changed = result.has("rows_affected")
                        ? result.get("rows_affected").asLong()
                        : 0;
                shown.add(normal(statement, changed + " rows affected\n"));
            }
        }
        return shown;
    }

    private static List<Object> json(Statement statement) {
        List<Object> parts = new ArrayList<>(List.of(statement.sql()));
        statement.positional().forEach(value -> parts.add(json(value)));
        statement.named().forEach((name, value) -> parts.add(Map.of(name, json(value))));
        return parts;
    }

    private static @Nullable Object json(@Nullable Object value) {
        if (value instanceof byte[] blob) {
            List<Integer> bytes = new ArrayList<>();
            for (byte b : blob) {
                bytes.add(b & 0xFF);
            }
            return bytes;
        }
        return value;
    }

    private static List<List<String>> rows(JsonNode result) {
        List<List<String>> rows = new ArrayList<>();
        if (result.has("values")) {
            for (JsonNode row : result.get("values")) {
                List<String> cells = new ArrayList<>();
                row.forEach(cell ->
                        cells.add(cell.isArray() ? blob(cell) : cell.isNumber() ? number(cell) : cell.asString()));
                rows.add(cells);
            }
        }
        return rows;
    }

    /** JSON doesn't tell 1 and 1.0 apart. */
    private static String number(JsonNode cell) {
        return cell.isIntegralNumber() ? cell.asString() : number(cell.asDouble());
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e18
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String blob(JsonNode cell) {
        byte[] bytes = new byte[cell.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) cell.get(i).asInt();
        }
        return "x" + HexFormat.of().formatHex(bytes);
    }

    private static List<String> shown(Oracle.Step step, List<StatementResult> results) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            StatementResult result = results.get(i);
            Statement statement = step.statements().get(i);
            if (result instanceof StatementResult.Failed failed) {
                shown.add(normal(statement, "failed " + failed.message()));
            } else if (result instanceof StatementResult.Rows rows) {
                shown.add(rows.columns().stream().map(Column::name).toList() + " "
                        + rows.rows().stream()
                                .map(row -> row.stream()
                                        .map(ClusterDifferentialTests::cell)
                                        .toList())
                                .toList());
            } else if (result instanceof StatementResult.Changed changed) {
                shown.add(normal(statement, changed.rowsAffected() + " rows affected\n"));
            }
        }
        return shown;
    }

    private static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof byte[] blob) {
            return "x" + HexFormat.of().formatHex(blob);
        }
        return value instanceof Double number ? number(number) : value.toString();
    }

    /** Against plain SQLite by queries, among the nodes by the hash of all content. */
    private void compareContent(Oracle oracle, int node) throws Exception {
        StatementResult names = oracle.run(
                REQUESTS,
                Statement.of("SELECT name FROM pragma_table_list WHERE type IN ('table', 'virtual') AND schema = 'main'"
                        + " AND name NOT LIKE 'sqlite_%schema' ORDER BY name"));
        for (var row : ((StatementResult.Rows) names).rows()) {
            String columns = "made".equals(row.get(0)) ? "v, r" : "*";
            type(
                    oracle,
                    node,
                    Statement.of("SELECT " + columns + " FROM \"" + row.get(0)
                            + "\" ORDER BY rowid, 1"
                                    .replace(
                                            "rowid",
                                            List.of("w", "sqlite_sequence").contains(row.get(0)) ? "1" : "rowid")));
        }
        for (String question : Arrays.asList(
                "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name != 'sqlite_sequence' ORDER BY 1, 2",
                "PRAGMA user_version",
                "PRAGMA application_id",
                "PRAGMA integrity_check",
                "PRAGMA foreign_key_check")) {
            type(oracle, node, Statement.of(question));
        }
        HttpSql.Reply verdict = cluster.http(node).post("/admin/verify?timeout=30s");
        assertThat(verdict.json().get("equal").asBoolean())
                .as("%s: %s", place, verdict.text())
                .isTrue();
    }

    /** Makes room for the next sequence. */
    private static void clear() throws IOException {
        HttpSql node = cluster.http(0);
        node.run("PRAGMA user_version = 0", "PRAGMA application_id = 0");
        await().until(() -> {
            List<String> things = node.rows("SELECT type || ' \"' || name || '\"' FROM sqlite_schema"
                    + " WHERE type IN ('table', 'view') AND name NOT GLOB '_lightraft_*' AND name != 'sqlite_sequence'"
                    + " AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')");
            for (String thing : things) {
                node.execute("30s", "DROP " + thing);
            }
            return things.isEmpty();
        });
    }
}
