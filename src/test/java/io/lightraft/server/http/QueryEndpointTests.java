package io.lightraft.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lightraft.node.ReplicaException;
import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReadOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryEndpointTests extends HttpApiTestBase {

    private static final String PEOPLE = "[\"CREATE TABLE p(id INTEGER PRIMARY KEY, n TEXT)\", "
            + "\"INSERT INTO p(n) VALUES('ann')\", \"INSERT INTO p(n) VALUES(NULL)\"]";

    @Test
    void answersAQueryInTheUrl() throws IOException {
        execute(PEOPLE);
        RawHttp.Reply reply = http.get("/db/query?q=SELECT%20n%20FROM+p%20WHERE%20id%3D1");
        assertThat(reply.body())
                .isEqualTo("{\"results\":[{\"columns\":[\"n\"],\"types\":[\"text\"],\"values\":[[\"ann\"]]}]}");
        assertThat(reply.header("Content-Type")).isEqualTo("application/json;charset=utf-8");
        assertThat(reply.header("Content-Length"))
                .isEqualTo(String.valueOf(reply.body().length()));
    }

    @Test
    void takesSqlInTheUrlAsPeopleTypeIt() throws IOException {
        assertThat(http.get("/db/query?q=SELECT%20'a[{<\"^`|\\}>]'%20AS%20\"x\";")
                        .body())
                .isEqualTo("{\"results\":[{\"columns\":[\"x\"],\"types\":[\"text\"],"
                        + "\"values\":[[\"a[{<\\\"^`|\\\\}>]\"]]}]}");
        assertThat(http.get("/db/query?q=SELECT%20'%C3%A9%F0%9F%90%98'%20AS%20x")
                        .body())
                .contains("[[\"\u00e9\ud83d\udc18\"]]");
    }

    @Test
    void takesALongQueryInTheUrl() throws IOException {
        assertThat(http.get("/db/query?q=SELECT%20length('" + "x".repeat(40_000) + "')%20AS%20n")
                        .body())
                .endsWith("\"values\":[[40000]]}]}");
    }

    @Test
    void survivesTextThatIsNoUnicode() throws IOException {
        assertThat(
                        query(
                                "[[\"SELECT ? AS a, char(55296) AS b, CAST(x'ff' AS TEXT) AS c, 'a' || char(0) AS d\", \"\\ud800\"]]"))
                .startsWith("{\"results\":[{\"columns\":[\"a\",\"b\",\"c\",\"d\"],")
                .endsWith("]]}]}");
    }

    @Test
    void answersAGetWithoutSqlWithoutResults() throws IOException {
        assertThat(http.get("/db/query").body()).isEqualTo("{\"results\":[]}");
        RawHttp.Reply empty = http.get("/db/query?q=");
        assertThat(empty.status()).isEqualTo(400);
        assertThat(empty.body()).isEqualTo("query parameter not set\n");
    }

    @Test
    void answersStatementsInOrder() throws IOException {
        execute(PEOPLE);
        assertThat(query("[\"SELECT * FROM p\", [\"SELECT n FROM p WHERE id=:id\", {\"id\":1}], "
                        + "\"SELECT n FROM p WHERE 0\", \"SELECT 1 AS one WHERE 0\"]"))
                .isEqualTo("{\"results\":["
                        + "{\"columns\":[\"id\",\"n\"],\"types\":[\"integer\",\"text\"],\"values\":[[1,\"ann\"],[2,null]]},"
                        + "{\"columns\":[\"n\"],\"types\":[\"text\"],\"values\":[[\"ann\"]]},"
                        + "{\"columns\":[\"n\"],\"types\":[\"text\"]},"
                        + "{\"columns\":[\"one\"],\"types\":[\"\"]}]}");
    }

    @Test
    void takesPlainTextAsOneStatement() throws IOException {
        RawHttp.Reply reply = http.send("POST /db/query HTTP/1.1", "Content-Type: text/plain\r\n", "SELECT 1 AS one");
        assertThat(reply.body())
                .isEqualTo("{\"results\":[{\"columns\":[\"one\"],\"types\":[\"integer\"],\"values\":[[1]]}]}");
        RawHttp.Reply blank = http.send("POST /db/query HTTP/1.1", "Content-Type: text/plain\r\n", " ");
        assertThat(blank.status()).isEqualTo(400);
        assertThat(blank.body()).isEqualTo("no statements\n");
    }

    @Test
    void keepsIntegersExactAndWritesWholeRealsWithoutFraction() throws IOException {
        assertThat(query("[\"SELECT 9223372036854775807 AS a, -9223372036854775808 AS b, 3.0 AS c, 0.1 AS d, "
                        + "1e300 AS e, 9e999 AS f, -9e999 AS g, 1e20 AS h, 1.5e-9 AS i\"]"))
                .contains(
                        "\"types\":[\"integer\",\"integer\",\"real\",\"real\",\"real\",\"real\",\"real\",\"real\",\"real\"]")
                .endsWith("[[9223372036854775807,-9223372036854775808,3,0.1,1e+300,9e999,-9e999,"
                        + "100000000000000000000,1.5e-9]]}]}");
    }

    @Test
    void convertsByDeclaredType() throws IOException {
        execute("[\"CREATE TABLE t(b BOOLEAN, d DATE, dt DATETIME, ts TIMESTAMP, v VARCHAR(20))\", "
                + "\"INSERT INTO t VALUES(1,'2024-05-01','2024-05-01 10:00:00',1714557600,'x')\", "
                + "\"INSERT INTO t VALUES(-1,'nonsense',1714557600123,1.5,'y')\", "
                + "\"INSERT INTO t VALUES('yes',NULL,'2024-05-01T10:00:00.25+02:00','2024-05-01 10:00Z',7)\"]");
        assertThat(query("[\"SELECT * FROM t\"]"))
                .contains("\"types\":[\"boolean\",\"date\",\"datetime\",\"timestamp\",\"varchar(20)\"]")
                .endsWith("\"values\":["
                        + "[true,\"2024-05-01T00:00:00Z\",\"2024-05-01T10:00:00Z\",\"2024-05-01T10:00:00Z\",\"x\"],"
                        + "[false,\"0001-01-01T00:00:00Z\",\"2024-05-01T10:00:00.123Z\",1.5,\"y\"],"
                        + "[\"yes\",null,\"2024-05-01T08:00:00.25Z\",\"2024-05-01T10:00:00Z\",\"7\"]]}]}");
    }

    @Test
    void writesBlobsAsTheColumnsTypeSays() throws IOException {
        execute("[\"CREATE TABLE t(b BLOB, t TEXT, u)\", \"INSERT INTO t VALUES(x'6869', x'6869', x'6869')\"]");
        String sql = "[\"SELECT b, t, u, x'6869' AS e FROM t\"]";
        assertThat(query(sql))
                .endsWith("\"types\":[\"blob\",\"text\",\"text\",\"text\"],"
                        + "\"values\":[[\"aGk=\",\"hi\",\"hi\",\"hi\"]]}]}");
        assertThat(http.post("/db/query?blob_array", sql).body())
                .endsWith("\"types\":[\"blob\",\"text\",\"blob\",\"blob\"],"
                        + "\"values\":[[[104,105],[104,105],[104,105],[104,105]]]}]}");
    }

    @Test
    void writesRowsAsObjectsWithSortedKeys() throws IOException {
        execute(PEOPLE);
        assertThat(http.post(
                                "/db/query?associative",
                                "[\"SELECT n, id, 9 AS id FROM p\", \"SELECT n FROM p WHERE 0\", \"SELECT * FROM zz\"]")
                        .body())
                .startsWith("{\"results\":[{\"types\":{\"id\":\"integer\",\"n\":\"text\"},"
                        + "\"rows\":[{\"id\":9,\"n\":\"ann\"},{\"id\":9,\"n\":null}]},"
                        + "{\"types\":{\"n\":\"text\"},\"rows\":[]},{\"rows\":[],\"error\":\"");
    }

    @Test
    void indentsWithFourSpaces() throws IOException {
        assertThat(http.get("/db/query?pretty&q=SELECT%201%20AS%20a,x'01'%20AS%20b&blob_array")
                        .body())
                .isEqualTo("""
                        {
                            "results": [
                                {
                                    "columns": [
                                        "a",
                                        "b"
                                    ],
                                    "types": [
                                        "integer",
                                        "blob"
                                    ],
                                    "values": [
                                        [
                                            1,
                                            [
                                                1
                                            ]
                                        ]
                                    ]
                                }
                            ]
                        }""".stripTrailing());
        assertThat(http.get("/db/query?pretty").body()).isEqualTo("{\n    \"results\": []\n}");
        assertThat(http.post("/db/execute?pretty", "[\"CREATE TABLE t(a)\"]").body())
                .isEqualTo("{\n    \"results\": [\n        {}\n    ]\n}");
    }

    @Test
    void timesEachResultAndTheWhole() throws IOException {
        assertThat(http.get("/db/query?timings&q=SELECT%201%20AS%20a").body())
                .matches("\\{\"results\":\\[\\{\"columns\":\\[\"a\"],\"types\":\\[\"integer\"],\"values\":\\[\\[1]],"
                        + "\"time\":[0-9.e-]+}],\"time\":[0-9.e-]+}");
    }

    @Test
    void refusesAWriteInItsResult() throws IOException {
        RawHttp.Reply reply = http.post("/db/query", "[\"DELETE FROM p\", \"SELECT 1 AS a\"]");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo("{\"results\":[{\"error\":\"attempt to change database via query operation\"},"
                        + "{\"columns\":[\"a\"],\"types\":[\"integer\"],\"values\":[[1]]}]}");
    }

    @Test
    void stopsAtTheFirstFailureOfATransaction() throws IOException {
        assertThat(http.post("/db/query?transaction=false", "[\"SELECT 1 AS a\",\"DELETE FROM p\",\"SELECT 2 AS b\"]")
                        .body())
                .endsWith("\"values\":[[1]]},{\"error\":\"attempt to change database via query operation\"}]}");
    }

    @ParameterizedTest
    @CsvSource({
        "'', LINEARIZABLE",
        "level, LINEARIZABLE",
        "level=none, NONE",
        "level=WEAK, WEAK",
        "level=Auto, AUTO",
        "level=linearizable, LINEARIZABLE",
        "level=strong, STRONG",
        "level=nonsense, WEAK",
        "level=strong&level=none, STRONG",
        "LEVEL=none, LINEARIZABLE",
        "level=none&freshness=1s&freshness_strict=false, LINEARIZABLE",
        "level=weak&freshness=1s&freshness_strict, WEAK"
    })
    void readsAtTheLevelThatIsAskedFor(String parameters, ReadLevel level) throws IOException {
        http.post("/db/query?" + parameters, "[\"SELECT 1\"]");
        assertThat(engine.lastOptions())
                .isNotNull()
                .extracting(ReadOptions::level)
                .isEqualTo(level);
    }

    @Test
    void passesFreshnessAndTimeoutOn() throws IOException {
        http.get("/db/query?q=SELECT%201&level=none&freshness=1.5s&timeout=2s");
        assertThat(engine.lastOptions())
                .isEqualTo(new ReadOptions(ReadLevel.NONE, Duration.ofMillis(1500), Duration.ofSeconds(2)));
        http.get("/db/query?q=SELECT%201");
        assertThat(engine.lastOptions()).isEqualTo(ReadOptions.DEFAULT);
    }

    @Test
    void tellsAStaleReadInTheEnvelope() throws IOException {
        engine.failNext(new ReplicaException.Rejected("stale read"));
        RawHttp.Reply reply = http.get("/db/query?q=SELECT%201&level=none&freshness=1ms");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo("{\"results\":[],\"error\":\"stale read\"}");
    }

    @Test
    void answersAFailureOfTheWholeWithItsStatusWhileNothingHasLeft() throws IOException {
        // The rows that were written by then are taken back.
        for (int rows : new int[] {0, 3}) {
            engine.failNext(new ReplicaException.NoLeader("no quorum: 1 of 3 voters reachable"), rows);
            RawHttp.Reply reply = http.post("/db/query", numbers(10));
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.body()).isEqualTo("no quorum: 1 of 3 voters reachable\n");
            assertThat(reply.header("X-RQLITE-VERSION")).isNotEmpty();
        }
    }

    @Test
    void tellsAFailureAfterTheFirstRowsInTheReply() throws IOException {
        engine.failNext(new ReplicaException.Stopped("the node stops"), 50_000);
        RawHttp.Reply reply = http.post("/db/query", numbers(100_000));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).endsWith(",[50000]],\"error\":\"the node stops\"}],\"error\":\"the node stops\"}");
    }

    @Test
    void streamsManyRows() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/db/query"))
                .POST(HttpRequest.BodyPublishers.ofString(numbers(100_000)))
                .build();
        // This client asks for HTTP/2 (h2c) with each first request, as rqlite-jdbc does.
        HttpResponse<String> reply = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("Content-Length")).isEmpty();
        assertThat(reply.body())
                .startsWith("{\"results\":[{\"columns\":[\"n\"],\"types\":[\"integer\"],\"values\":[[1],[2]");
        assertThat(Pattern.compile("\\[\\d+\\]").matcher(reply.body()).results())
                .hasSize(100_000);
    }

    @Test
    void sendsTheFirstRowsOfAnEndlessResultAndEndsItWhenTheClientLeaves() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            String sql = "SELECT%20*%20FROM%20(WITH%20RECURSIVE%20c(n)%20AS%20(SELECT%201%20UNION%20ALL%20"
                    + "SELECT%20n%2B1%20FROM%20c)%20SELECT%20n%20FROM%20c)";
            socket.getOutputStream()
                    .write(("GET /db/query?q=" + sql + " HTTP/1.1\r\nHost: n\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readNBytes(100_000), StandardCharsets.US_ASCII))
                    .contains("[[1],[2],[3]");
        }
        await().atMost(Duration.ofSeconds(20)).until(engine::clientGone);
    }

    private static String numbers(int count) {
        return "[\"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c LIMIT " + count
                + ") SELECT n FROM c\"]";
    }
}
