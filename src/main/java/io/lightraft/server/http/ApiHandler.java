package io.lightraft.server.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.web.HttpRequestHandler;

/** What all endpoints share: first the query string is checked, then the method, then the endpoint does its part. */
final class ApiHandler implements HttpRequestHandler {

    /** One endpoint. What it throws before its reply has left is answered with the status that fits. */
    interface Endpoint {
        void handle(HttpServletRequest request, QueryString query, HttpServletResponse response) throws IOException;
    }

    private final Set<String> methods;
    private final Endpoint endpoint;

    ApiHandler(Set<String> methods, Endpoint endpoint) {
        this.methods = methods;
        this.endpoint = endpoint;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            QueryString query = QueryString.parse(request.getQueryString());
            if (methods.contains(request.getMethod())) {
                endpoint.handle(request, query, response);
            } else {
                response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            }
        } catch (RuntimeException e) {
            if (response.isCommitted()) {
                throw e;
            }
            Replies.failure(response, e);
        }
    }
}
