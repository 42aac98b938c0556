package io.lightraft.server.admin;

import io.lightraft.sql.Database;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** Serves {@code /admin/verify}. */
@Configuration(proxyBeanMethods = false)
public class VerifyConfiguration {

    /** Before the interface for SQL, which answers for every path. */
    private static final int ORDER = 4;

    @Bean
    SimpleUrlHandlerMapping verifyMapping(Database database) {
        return new SimpleUrlHandlerMapping(Map.of("/admin/verify", new VerifyHandler(database::hashContent)), ORDER);
    }
}
