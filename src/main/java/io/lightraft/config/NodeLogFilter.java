package io.lightraft.config;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import org.slf4j.MDC;

/** Puts the node's index into the log lines of requests, as Tomcat's threads belong to no node of their own accord. */
final class NodeLogFilter implements Filter {

    private final String index;

    NodeLogFilter(int nodeIndex) {
        index = Integer.toString(nodeIndex);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        MDC.put("node", index);
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove("node");
        }
    }
}
