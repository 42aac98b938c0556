package io.lightraft.server.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.catalina.Valve;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

/**
 * Problem details (RFC 9457) in the place of the server's own pages, for what no handler has answered: a request that
 * is no valid HTTP never reaches one.
 */
final class ErrorReplies extends ErrorReportValve {

    private static final JsonMapper JSON = new JsonMapper();

    static void install(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(context -> {
            StandardHost host = (StandardHost) context.getParent();
            Valve valve = new ErrorReplies();
            host.getPipeline().addValve(valve);
            // The host adds one of the class that it is told, unless there is one.
            host.setErrorReportValveClass(valve.getClass().getName());
        });
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < HttpServletResponse.SC_BAD_REQUEST
                || response.getContentWritten() > 0
                || !response.setErrorReported()) {
            return;
        }
        HttpStatus known = HttpStatus.resolve(status);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("type", "about:blank");
        details.put("title", known == null ? "Error" : known.getReasonPhrase());
        details.put("status", status);
        details.put("detail", detail(status, request));
        try {
            CommonHeadersFilter.addTo(response);
            response.setContentType("application/problem+json");
            response.getOutputStream().write(JSON.writeValueAsBytes(details));
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            // Who asked has gone.
            container.getLogger().debug("an error could not be told", e);
        }
    }

    private static String detail(int status, Request request) {
        return switch (status) {
            case 400 ->
                "the request is no valid HTTP: a bad request line, path or header, or more than 64 KB of them. Check"
                        + " the escapes in the URL, and send what is long in the body.";
            case 404 -> "there is nothing at this path. GET /admin tells the calls of the administration.";
            case 405 -> "this path does not take " + request.getMethod() + ". The header Allow tells what it takes.";
            case 406 -> "there is no answer in a form that the request accepts. Accept application/json.";
            case 408 -> "the request did not arrive in time. Send it again.";
            case 413 -> "the body is too long. Send fewer statements at once.";
            case 414, 431 -> "the head of the request is too long. Send what is long in the body.";
            case 415 -> "the body has a type that is not taken here. Send application/json.";
            case 501 -> "the request uses a part of HTTP that is not known here. Send the body as it is.";
            case 503 -> "this node is stopping, or not started yet. Use another node.";
            case 505 -> "the request has another version of HTTP. Use HTTP/1.1.";
            default ->
                status < 500
                        ? "the request can't be answered. Check it."
                        : "the node failed at this request. Its log says why.";
        };
    }
}
