package io.lightraft.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.web.server.PortInUseException;

class StartupFailureTests {

    /** As each part of Lightraft defines exceptions of its own. */
    private static final class StorageBelongsToOthers extends RuntimeException {
        StorageBelongsToOthers(String message) {
            super(message);
        }
    }

    @Test
    void whatAPartOfLightraftSaysIsToldWithoutSpringsWrapping() {
        Throwable failure = new BeanCreationException(
                "bean x",
                new IllegalStateException("wrapped", new StorageBelongsToOthers("data/x-0.raft belongs to\n  y")));

        assertThat(StartupFailure.of(failure, node(1)))
                .isEqualTo(new StartupFailure("node 0 can't start: data/x-0.raft belongs to y", false));
    }

    @Test
    void aStartupExceptionIsToldAsItIs() {
        assertThat(StartupFailure.of(new BeanCreationException("x", new StartupException("no such thing")), node(1)))
                .isEqualTo(new StartupFailure("no such thing", false));
    }

    @Test
    void anInputOutputErrorIsToldWithoutAStackTrace() {
        assertThat(StartupFailure.of(new IllegalStateException(new IOException("disk on fire")), node(1)))
                .isEqualTo(new StartupFailure("node 0 can't start: disk on fire", false));
    }

    @Test
    void aDefectIsToldAsOne() {
        assertThat(StartupFailure.of(new IllegalStateException("x", new NullPointerException()), node(1)))
                .isEqualTo(new StartupFailure(
                        "node 0 can't start: java.lang.NullPointerException: no reason given", true));
    }

    @Test
    void aPortThatWasTakenMeanwhileIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            StartupFailure failure =
                    StartupFailure.of(new IllegalStateException(new PortInUseException(1)), node(taken.getLocalPort()));

            assertThat(failure)
                    .isEqualTo(new StartupFailure(
                            "port " + taken.getLocalPort() + " on 127.0.0.1 is in use (http of node 0); stop what"
                                    + " listens there, or give the node another port",
                            false));
        }
    }

    @Test
    void aPortThatIsFreeAgainIsTold() throws IOException {
        NodeConfig node = TestCluster.of(1).nodes().get(0);

        assertThat(StartupFailure.of(new IllegalStateException(new BindException("Address already in use")), node))
                .isEqualTo(new StartupFailure(
                        "a port of node 0 was in use a moment ago (Address already in use); start it again", false));
    }

    /** Tomcat's two connectors fail in ways of their own. */
    @Test
    void whicheverConnectorFindsItsPortTakenItIsNamed() throws IOException {
        ClusterConfig cluster = TestCluster.of(1);
        NodeConfig node = cluster.nodes().get(0);
        for (Endpoint endpoint : List.of(node.http(), node.rpc())) {
            try (ServerSocket taken = new ServerSocket(endpoint.port(), 1, InetAddress.getByName(endpoint.host()))) {
                Throwable failure = catchThrowable(() -> Launcher.run(node, cluster, List.of(), cause -> {}));

                assertThat(failure).isNotNull();
                assertThat(StartupFailure.of(failure, node).line())
                        .startsWith("port " + taken.getLocalPort() + " on 127.0.0.1 is in use (");
            }
        }
    }

    private static NodeConfig node(int httpPort) {
        Endpoint any = new Endpoint("127.0.0.1", 0);
        return new NodeConfig(0, any, any, new Endpoint("127.0.0.1", httpPort), any, any);
    }
}
