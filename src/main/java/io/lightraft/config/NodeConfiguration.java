package io.lightraft.config;

import io.lightraft.server.http.HttpApiConfiguration;
import io.lightraft.transport.RpcConnector;
import io.lightraft.transport.RpcPortFilter;
import jakarta.servlet.DispatcherType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.EnumSet;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;

/**
 * One node, wired. Each node has a context of its own, also when several share a process; {@link ClusterConfig} and
 * {@link NodeConfig} are registered in it by {@link Launcher}.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ReplicaConfiguration.class, HttpApiConfiguration.class})
class NodeConfiguration {

    /** Two ports, one Tomcat: what users ask on the one can't take threads from what peers stream on the other. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> ports(NodeConfig node, ClusterConfig cluster) {
        return factory -> {
            factory.setAddress(address(node.http()));
            factory.setPort(node.http().port());
            factory.addAdditionalConnectors(RpcConnector.create(
                    address(node.rpc()), node.rpc().port(), cluster.raft().electionTimeoutMillis()));
        };
    }

    /** Internal endpoints on the rpc port only, everything else never on it. */
    @Bean
    FilterRegistrationBean<RpcPortFilter> rpcPortFilter(NodeConfig node) {
        FilterRegistrationBean<RpcPortFilter> registration =
                new FilterRegistrationBean<>(new RpcPortFilter(() -> node.rpc().port()));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
        registration.setAsyncSupported(true);
        return registration;
    }

    /** Before all others, so that whatever a request logs tells the node. */
    @Bean
    FilterRegistrationBean<NodeLogFilter> nodeLogFilter(NodeConfig node) {
        FilterRegistrationBean<NodeLogFilter> registration =
                new FilterRegistrationBean<>(new NodeLogFilter(node.index()));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
        registration.setAsyncSupported(true);
        return registration;
    }

    private static InetAddress address(Endpoint endpoint) {
        try {
            return InetAddress.getByName(endpoint.host());
        } catch (UnknownHostException e) {
            throw new StartupException("the address " + endpoint.host() + " can't be resolved");
        }
    }
}
