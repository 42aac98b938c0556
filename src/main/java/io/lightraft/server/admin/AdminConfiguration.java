package io.lightraft.server.admin;

import io.lightraft.node.Replica;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.sql.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** Everything under {@code /admin}. Needs a {@link Replica}, a {@link Database} and a {@code Supplier<ReplicaStatus>}. */
@Configuration(proxyBeanMethods = false)
public class AdminConfiguration {

    /** Before the paths of the SQL interface, which end in one for all others. */
    private static final int ORDER = 9;

    @Bean
    SimpleUrlHandlerMapping adminApi(Replica<?> replica, Database database, Supplier<ReplicaStatus> status) {
        List<AdminRoute> routes = new ArrayList<>(new MemberRoutes(replica).all());
        routes.addAll(new VerifyRoutes(database::hashContent).all());
        AdminHandler handler = new AdminHandler(routes, new LeaderForwarding(status));
        return new SimpleUrlHandlerMapping(Map.of("/admin", handler, "/admin/**", handler), ORDER);
    }
}
