package io.lightraft.server.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.HttpRequestHandler;
import tools.jackson.databind.json.JsonMapper;

/** Finds the route of a request and answers in JSON, errors as problem details. */
final class AdminHandler implements HttpRequestHandler {

    private static final Logger log = LoggerFactory.getLogger(AdminHandler.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final List<AdminRoute> routes;
    private final LeaderForwarding forwarding;

    AdminHandler(List<AdminRoute> routes, LeaderForwarding forwarding) {
        this.routes = List.copyOf(routes);
        this.forwarding = forwarding;
    }

    @Override
    public void handleRequest(HttpServletRequest servletRequest, HttpServletResponse response) throws IOException {
        try {
            AdminRequest request = AdminRequest.of(servletRequest);
            AdminRoute route = find(request, response);
            int hops = servletRequest.getIntHeader(LeaderForwarding.HOPS_HEADER);
            if (route.onLeader() && !forwarding.isLeader()) {
                forwarding.forward(request, Math.max(0, hops), response);
            } else {
                write(response, 200, "application/json", route.action().answer(request));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(response, new Problem(503, "Node stopped", "this node is stopping. Use another node."));
        } catch (ExecutionException | CompletionException e) {
            fail(response, Problem.of(e.getCause() == null ? e : e.getCause()));
        } catch (RuntimeException e) {
            fail(response, Problem.of(e));
            if (Problem.of(e).status() == 500) {
                log.error("an admin request failed unexpectedly", e);
            }
        }
    }

    private AdminRoute find(AdminRequest request, HttpServletResponse response) {
        List<AdminRoute> here =
                routes.stream().filter(route -> route.matches(request.path())).toList();
        if (here.isEmpty()) {
            throw new Problem(
                    404,
                    "No such path",
                    "there is no /admin/" + String.join("/", request.path()) + ". There are: "
                            + routes.stream().map(AdminRoute::toString).collect(Collectors.joining(", ")) + ".");
        }
        return here.stream()
                .filter(route -> route.method().equals(request.method()))
                .findFirst()
                .orElseThrow(() -> {
                    String allowed = here.stream().map(AdminRoute::method).collect(Collectors.joining(", "));
                    response.setHeader("Allow", allowed);
                    return new Problem(405, "Method not allowed", "this path takes " + allowed + ".");
                });
    }

    private static void fail(HttpServletResponse response, Problem problem) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("type", "about:blank");
        details.put("title", problem.title());
        details.put("status", problem.status());
        details.put("detail", problem.detail());
        write(response, problem.status(), "application/problem+json", details);
    }

    private static void write(HttpServletResponse response, int status, String type, Object body) throws IOException {
        response.setStatus(status);
        response.setContentType(type);
        response.getOutputStream().write(JSON.writeValueAsBytes(body));
    }
}
