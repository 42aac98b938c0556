package io.lightraft.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRulesTests extends HttpApiTestBase {

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nothing", "/db", "/db/", "/db/nothing", "/actuator/nothing", "/actuator/env"})
    void answersAnUnknownPathWith404AndNothingElse(String path) throws IOException {
        assertEmpty(http.get(path), 404);
        assertEmpty(http.post(path, "[]"), 404);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /db/execute",
        "HEAD, /db/execute",
        "PUT, /db/execute",
        "DELETE, /db/query",
        "PATCH, /db/query",
        "HEAD, /db/query",
        "POST, /readyz"
    })
    void answersAWrongMethodWith405AndNothingElse(String method, String path) throws IOException {
        assertEmpty(http.send(method + " " + path + " HTTP/1.1", "", ""), 405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/db/execute", "/nothing", "/actuator/raft", "/db/query?timeout=nonsense"})
    void answersOptionsOnAnyPath(String path) throws IOException {
        assertEmpty(http.send("OPTIONS " + path + " HTTP/1.1", "", ""), 200);
        assertEmpty(
                http.send(
                        "OPTIONS " + path + " HTTP/1.1",
                        "Origin: http://x\r\nAccess-Control-Request-Method: POST\r\n",
                        ""),
                200);
    }

    @Test
    void hasTheCommonHeadersOnEveryReply() throws IOException {
        for (String path : new String[] {"/db/query?q=SELECT%201", "/db/query?q=", "/x", "/readyz", "/actuator/raft"}) {
            assertCommonHeaders(http.get(path));
        }
    }

    @Test
    void takesAPathThatBeginsWithThatOfAnEndpoint() throws IOException {
        for (String path : new String[] {"/db/query", "/db/query/", "/db/query/x/y", "/db/queryx"}) {
            assertThat(http.get(path).body()).as(path).isEqualTo("{\"results\":[]}");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "timeout=5|timeout is not a valid duration",
                "timeout|timeout is not a valid duration",
                "freshness=1x|freshness is not a valid duration",
                "db_timeout=a|db_timeout is not a valid duration",
                "linearizable_timeout=1|linearizable_timeout is not a valid duration",
                "retries=x|retries is not a valid integer",
                "trailing_logs=1.5|trailing_logs is not a valid integer",
                "freshness_strict|freshness_strict requires freshness",
                "q|query parameter not set",
                "q=%2|invalid URL escape \"%2\"",
                "q=%zz1|invalid URL escape \"%zz\"",
            })
    void saysWhatIsWrongWithAQueryStringBeforeAnythingElse(String query, String message) throws IOException {
        // Neither the method nor the body is right either.
        RawHttp.Reply reply = http.get("/db/execute?" + query);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body()).isEqualTo(message + "\n");
        assertThat(reply.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
    }

    @Test
    void ignoresUnknownKeys() throws IOException {
        assertThat(http.get("/db/query?q=SELECT%201%20AS%20a&q%5BuseLeader%5D=true&atomic&&=&wait=x")
                        .body())
                .isEqualTo("{\"results\":[{\"columns\":[\"a\"],\"types\":[\"integer\"],\"values\":[[1]]}]}");
    }

    @Test
    void servesAClientThatAsksForHttp2() throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < 3; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port
                            + "/db/execute?timings=true&timeout=5s&wait=true&level=linearizable"
                            + "&linearizable_timeout=5s&freshness=5s&freshness_strict=false"))
                    .POST(HttpRequest.BodyPublishers.ofString("[[\"CREATE TABLE t" + i + "(a)\"]]"))
                    .build();
            HttpResponse<String> reply = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(reply.statusCode()).isEqualTo(200);
            assertThat(reply.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(reply.body()).startsWith("{\"results\":[{\"time\":");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /db%2Fquery HTTP/1.1|400",
                "GET /admin/members%2F1 HTTP/1.1|400",
                "GET /admin/members/%zz HTTP/1.1|400",
                "GET /a b c HTTP/1.1|400",
                "GET /{ HTTP/1.1|400",
                "GET /db/query HTTP/9.9|505",
                "G(T /db/query HTTP/1.1|400",
                "TRACE /db/query HTTP/1.1|405",
                "POST /actuator/health HTTP/1.1|405",
            })
    void answersWhatNoHandlerTakesWithProblemDetails(String requestLine, int status) throws IOException {
        assertProblem(http.send(requestLine, "", ""), status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: -5", "Transfer-Encoding: nonsense", "no header at all", "Host: a/b"})
    void answersBrokenHeadersWithProblemDetails(String header) throws IOException {
        String host = header.startsWith("Host") ? "" : "Host: n\r\n";
        RawHttp.Reply reply = http.exchange("POST /db/execute HTTP/1.1\r\n" + host + header + "\r\n\r\n");
        assertProblem(reply, header.startsWith("Transfer") ? 501 : 400);
    }

    @Test
    void answersAHeadThatIsTooLongWithProblemDetails() throws IOException {
        assertProblem(http.send("GET /db/query HTTP/1.1", "X: " + "a".repeat(70_000) + "\r\n", ""), 400);
        assertProblem(http.get("/db/query?q=" + "a".repeat(70_000)), 400);
    }

    /** A title and a sentence in JSON, nothing of the server or its language, no page. */
    private static void assertProblem(RawHttp.Reply reply, int status) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.header("Content-Type")).startsWith("application/problem+json");
        assertThat(reply.body())
                .startsWith("{\"type\":\"about:blank\",\"title\":\"")
                .contains("\"status\":" + status + ",\"detail\":\"")
                .doesNotContain("<", "Tomcat", "Exception");
        assertCommonHeaders(reply);
    }

    private static void assertEmpty(RawHttp.Reply reply, int status) {
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.body()).isEmpty();
        assertCommonHeaders(reply);
    }

    private static void assertCommonHeaders(RawHttp.Reply reply) {
        assertThat(reply.header("X-RQLITE-VERSION")).isEqualTo("v10.3.0");
        assertThat(reply.header("Access-Control-Allow-Methods")).isEqualTo("OPTIONS, GET, POST");
        assertThat(reply.header("Access-Control-Allow-Headers")).isEqualTo("Content-Type");
    }
}
