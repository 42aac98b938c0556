package io.lightraft.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightraft.node.ReplicaException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecuteEndpointTests extends HttpApiTestBase {

    @Test
    void leavesOutWhatIsZero() throws IOException {
        assertThat(execute("[\"CREATE TABLE first(a)\"]")).isEqualTo("{\"results\":[{}]}");
        assertThat(execute("[\"CREATE TABLE t(a)\", [\"INSERT INTO t VALUES(?)\", 5], \"UPDATE t SET a=1 WHERE 0\"]"))
                .endsWith("{\"last_insert_id\":1,\"rows_affected\":1},{\"last_insert_id\":1}]}");
    }

    @Test
    void storesEveryKindOfParameter() throws IOException {
        execute("[\"CREATE TABLE t(v)\"]");
        execute("[[\"INSERT INTO t VALUES(?),(?),(?),(?),(?),(?),(?),(?),(?),(?)\", "
                + "9223372036854775807, -9223372036854775808, 9223372036854775808, 1.5, \"text\", true, false, null, "
                + "[104,105,255], \" x'6869' \"]]");
        assertThat(query("[\"SELECT typeof(v) || ' ' || quote(v) FROM t\"]"))
                .isEqualTo(
                        "{\"results\":[{\"columns\":[\"typeof(v) || ' ' || quote(v)\"],\"types\":[\"text\"],\"values\":["
                                + "[\"integer 9223372036854775807\"],[\"integer -9223372036854775808\"],"
                                + "[\"real 9.2233720368547758e+18\"],[\"real 1.5\"],[\"text 'text'\"],[\"integer 1\"],"
                                + "[\"integer 0\"],[\"null NULL\"],[\"blob X'6869FF'\"],[\"blob X'6869'\"]]}]}");
    }

    @Test
    void skipsEmptyStatements() throws IOException {
        assertThat(execute("[\"\", \"CREATE TABLE t(a)\", [\"\", 1]]")).isEqualTo("{\"results\":[{}]}");
        assertThat(execute("[\"\"]")).isEqualTo("{\"results\":[]}");
    }

    @Test
    void goesOnAfterAFailureOutsideATransaction() throws IOException {
        assertThat(execute("[\"CREATE TABLE t(a)\", \"NONSENSE\", \"INSERT INTO t VALUES(1)\"]"))
                .contains("\"error\":\"")
                .endsWith("}," + "{\"last_insert_id\":1,\"rows_affected\":1}]}");
    }

    @Test
    void keepsTheResultsBeforeTheFailureThatEndsATransaction() throws IOException {
        execute("[\"CREATE TABLE t(a)\"]");
        String reply = http.post(
                        "/db/execute?transaction",
                        "[\"INSERT INTO t VALUES(1)\", \"INSERT INTO zz VALUES(1)\", \"INSERT INTO t VALUES(2)\"]")
                .body();
        assertThat(reply)
                .startsWith("{\"results\":[{\"last_insert_id\":1,\"rows_affected\":1},{\"error\":\"")
                .contains("no such table: zz")
                .endsWith("}]}");
        assertThat(query("[\"SELECT count(*) AS n FROM t\"]")).contains("\"values\":[[0]]");
    }

    @Test
    void handsTheIdempotencyKeyOn() throws IOException {
        http.send("POST /db/execute HTTP/1.1", "Idempotency-Key: order 17\r\n", "[\"CREATE TABLE t(a)\"]");
        assertThat(engine.lastKey()).isEqualTo("order 17");
        execute("[\"DROP TABLE t\"]");
        assertThat(engine.lastKey()).isNull();
        RawHttp.Reply two = http.send(
                "POST /db/execute HTTP/1.1", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n", "[\"SELECT 1\"]");
        assertThat(two.status()).isEqualTo(400);
    }

    @Test
    void asksForAnUnknownOutcomeToBeSentAgainOnlyWithAKey() throws IOException {
        String body = "[\"CREATE TABLE t(a)\"]";
        engine.failNext(new ReplicaException.OutcomeUnknown("outcome unknown: x"));
        assertThat(http.send("POST /db/execute HTTP/1.1", "Idempotency-Key: k\r\n", body))
                .satisfies(reply -> {
                    assertThat(reply.status()).isEqualTo(503);
                    assertThat(reply.body()).startsWith("outcome unknown").contains("same key");
                });
        engine.failNext(new ReplicaException.OutcomeUnknown("outcome unknown: x"));
        assertThat(http.post("/db/execute", body).status()).isEqualTo(200);
    }

    @Test
    void returnsRowsOfReturning() throws IOException {
        assertThat(execute("[\"CREATE TABLE t(a INTEGER)\", \"INSERT INTO t VALUES(3) RETURNING a\"]"))
                .endsWith("{\"columns\":[\"a\"],\"types\":[\"integer\"],\"values\":[[3]]}]}");
    }

    @Test
    void takesPlainTextAsOneStatement() throws IOException {
        RawHttp.Reply reply = http.send(
                "POST /db/execute HTTP/1.1", "Content-Type: text/plain; charset=utf-8\r\n", "CREATE TABLE t(a)");
        assertThat(reply.body()).isEqualTo("{\"results\":[{}]}");
    }

    @Test
    void readsTheBodyOfAForm() throws IOException {
        // What curl -d sends: a servlet's getParameter would swallow it.
        RawHttp.Reply reply = http.send(
                "POST /db/execute?timings= HTTP/1.1",
                "Content-Type: application/x-www-form-urlencoded\r\n",
                "[\"CREATE TABLE t(a)\"]");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).matches("\\{\"results\":\\[\\{\"time\":[0-9.e-]+}],\"time\":[0-9.e-]+}");
    }

    @Test
    void readsABodyThatClaimsToBeMultipart() throws IOException {
        RawHttp.Reply reply = http.send(
                "POST /db/execute HTTP/1.1",
                "Content-Type: multipart/form-data; boundary=x\r\n",
                "[\"CREATE TABLE t(a)\"]");
        assertThat(reply.body()).isEqualTo("{\"results\":[{}]}");
    }

    @Test
    void readsAChunkedBody() throws IOException {
        RawHttp.Reply reply = http.exchange("POST /db/execute HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "a\r\n[\"CREATE T\r\nb\r\nABLE t(a)\"]\r\n0\r\n\r\n");
        assertThat(reply.body()).isEqualTo("{\"results\":[{}]}");
    }

    @Test
    void writesAssociativeResultsWithRows() throws IOException {
        execute("[\"CREATE TABLE t(a)\"]");
        assertThat(http.post("/db/execute?associative", "[\"INSERT INTO t VALUES(1)\"]")
                        .body())
                .isEqualTo("{\"results\":[{\"last_insert_id\":1,\"rows_affected\":1,\"rows\":null}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[\"SELECT 1\"|invalid JSON body",
                "``|invalid JSON body",
                "[] []|invalid JSON body",
                "{\"a\":1}|invalid request",
                "null|invalid request",
                "[[]]|invalid request",
                "[5]|invalid request",
                "[[5]]|invalid request",
                "[[null]]|invalid request",
                "[]|no statements",
                "[[\"SELECT ?\",[1,256]]]|unsupported type: an array of something else than bytes (0 to 255)",
                "[[\"SELECT ?\",[1.5]]]|unsupported type: an array of something else than bytes (0 to 255)",
                "[[\"SELECT :a\",{\"a\":{}}]]|unsupported type: an object inside the named parameters",
            })
    void saysWhatIsWrongWithABody(String body, String message) throws IOException {
        RawHttp.Reply reply = http.post("/db/execute", body);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).isEqualTo(message + "\n");
        assertThat(reply.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
    }

    @Test
    void refusesALongBodyBeforeAndWhileReadingIt() throws IOException {
        String message = "the request body is larger than 100000 bytes; send fewer statements at once\n";
        RawHttp.Reply announced =
                http.exchange("POST /db/execute HTTP/1.1\r\nHost: n\r\nContent-Length: 100001\r\n\r\n");
        assertThat(announced.status()).isEqualTo(413);
        assertThat(announced.body()).isEqualTo(message);
        RawHttp.Reply chunked =
                http.exchange("POST /db/execute HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n" + "186a1\r\n"
                        + " ".repeat(100_001) + "\r\n0\r\n\r\n");
        assertThat(chunked.status()).isEqualTo(413);
        assertThat(chunked.body()).isEqualTo(message);
        assertThat(http.post("/db/execute", " ".repeat(100_000)).body()).isEqualTo("invalid JSON body\n");
    }

    @Test
    void passesTheTimeoutOn() throws IOException {
        http.post("/db/execute?timeout=1m1.5s", "[\"CREATE TABLE t(a)\"]");
        assertThat(engine.lastTimeout()).isEqualTo(Duration.ofMillis(61_500));
        http.post("/db/execute?timeout=-1s", "[\"CREATE TABLE u(a)\"]");
        assertThat(engine.lastTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void answersWhatWasNotDoneWithAStatus() throws IOException {
        assertFailure(new ReplicaException.NoLeader("no quorum: 1 of 3 voters reachable"), 503, "");
        assertFailure(new ReplicaException.Busy("too many writes are waiting. Try again."), 503, "1");
        assertFailure(new ReplicaException.Stopped("the disk is full"), 503, "");
        assertFailure(new ReplicaException.Rejected("the statement is too long"), 400, "");
    }

    @Test
    void answersAWriteOfUnknownOutcomeWithAnErrorThatNoClientRetries() throws IOException {
        engine.failNext(new ReplicaException.OutcomeUnknown("outcome unknown: the deadline passed"));
        RawHttp.Reply reply = http.post("/db/execute", "[\"INSERT INTO t VALUES(1)\",\"INSERT INTO t VALUES(2)\"]");
        assertThat(reply.status()).isEqualTo(200);
        String error = "\"error\":\"outcome unknown: the deadline passed\"";
        assertThat(reply.body()).isEqualTo("{\"results\":[{" + error + "},{" + error + "}]," + error + "}");

        engine.failNext(new IllegalStateException("a bug"));
        reply = http.post("/db/execute?transaction", "[\"INSERT INTO t VALUES(1)\",\"INSERT INTO t VALUES(2)\"]");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .isEqualTo(
                        "{\"results\":[{\"error\":\"outcome unknown: a bug\"}],\"error\":\"outcome unknown: a bug\"}");
    }

    private void assertFailure(ReplicaException failure, int expectedStatus, String retryAfter) throws IOException {
        engine.failNext(failure);
        RawHttp.Reply reply = http.post("/db/execute", "[\"CREATE TABLE t(a)\"]");
        assertThat(reply.status()).isEqualTo(expectedStatus);
        assertThat(reply.body()).isEqualTo(failure.getMessage() + "\n");
        assertThat(reply.header("Retry-After")).isEqualTo(retryAfter);
    }
}
