package io.lightraft.server.http;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The headers that every reply has; and the whole reply to OPTIONS, on any path. */
final class CommonHeadersFilter extends HttpFilter {

    /** The version of rqlite whose interface this is: clients compare it with what they know. */
    static final String API_VERSION = "v10.3.0";

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        addTo(response);
        if (!request.getMethod().equals("OPTIONS")) {
            chain.doFilter(request, response);
        }
    }

    static void addTo(HttpServletResponse response) {
        response.setHeader("X-RQLITE-VERSION", API_VERSION);
        response.setHeader("Access-Control-Allow-Methods", "OPTIONS, GET, POST");
        response.setHeader("Access-Control-Allow-Headers", "Content-Type");
    }
}
