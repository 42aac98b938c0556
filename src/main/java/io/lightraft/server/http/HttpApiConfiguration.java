package io.lightraft.server.http;

import io.lightraft.node.ReplicaStatus;
import io.lightraft.sql.SqlEngine;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** What a node serves over HTTP. Needs a {@link SqlEngine} and a {@code Supplier<ReplicaStatus>}. */
@Configuration(proxyBeanMethods = false)
public class HttpApiConfiguration {

    /** After Spring's own mappings of actuator and error pages, before that of static files. */
    private static final int ORDER = 10;

    /** A path below that of an endpoint, or beginning with it, is the endpoint's as well. */
    private static final String AND_BEYOND = "*/**";

    /** @param maxBodyBytes a longer request is refused with 413; limits what a client can make the node hold */
    @Bean
    SimpleUrlHandlerMapping httpApi(
            SqlEngine engine,
            Supplier<ReplicaStatus> status,
            @Value("${lightraft.http.max-body-bytes:67108864}") int maxBodyBytes) {
        RequestBody body = new RequestBody(maxBodyBytes);
        HttpRequestHandler notFound = (request, response) -> response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        return new SimpleUrlHandlerMapping(
                Map.of(
                        "/db/execute" + AND_BEYOND,
                        new ApiHandler(Set.of("POST"), new ExecuteEndpoint(engine, body)),
                        "/db/query" + AND_BEYOND,
                        new ApiHandler(Set.of("GET", "POST"), new QueryEndpoint(engine, body)),
                        "/readyz" + AND_BEYOND,
                        new ApiHandler(Set.of("GET"), new ReadyEndpoint(status, engine)),
                        "/**",
                        notFound),
                ORDER);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> errorReplies() {
        return ErrorReplies::install;
    }

    @Bean
    FilterRegistrationBean<CommonHeadersFilter> commonHeaders() {
        return new FilterRegistrationBean<>(new CommonHeadersFilter());
    }

    @Bean
    RaftEndpoint raftEndpoint(Supplier<ReplicaStatus> status) {
        return new RaftEndpoint(status);
    }

    /** {@code node} in /actuator/health. */
    @Bean
    HealthIndicator nodeHealthIndicator(Supplier<ReplicaStatus> status) {
        return () -> RaftHealth.liveness(status.get());
    }

    /** {@code raft} in /actuator/health. */
    @Bean
    HealthIndicator raftHealthIndicator(Supplier<ReplicaStatus> status) {
        return () -> RaftHealth.readiness(status.get());
    }
}
