package io.lightraft.config;

import io.lightraft.sql.SqlEngine;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** Runs one node, or all nodes of the file, in this process: a Spring context for each. */
public final class Launcher {

    private static final Logger log = LoggerFactory.getLogger(Launcher.class);
    /** More than the bound on requests in flight, spring.lifecycle.timeout-per-shutdown-phase. */
    private static final long STOP_SECONDS = 15;

    private record Running(NodeConfig node, ConfigurableApplicationContext context) {}

    private final PrintStream errors;
    private final Queue<Running> running = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    /** @param errors where the one line goes that says why nothing was started */
    public Launcher(PrintStream errors) {
        this.errors = errors;
    }

    /**
     * Starts what the command line asks for; returns when all of it is ready.
     *
     * @param properties the system properties, null for one that is not set
     * @return false when anything could not be started. All of it is stopped again then, and the reason printed
     */
    public boolean start(String[] arguments, UnaryOperator<@Nullable String> properties) {
        try {
            StartOptions options = StartOptions.of(arguments, properties);
            ClusterConfig cluster = ConfigFile.load(options.config());
            List<NodeConfig> nodes = options.select(cluster);
            Preflight.check(cluster, nodes);
            for (NodeConfig node : nodes) {
                if (stopping || !start(node, cluster, options)) {
                    stop();
                    return false;
                }
            }
            return true;
        } catch (StartupException e) {
            errors.println(e.getMessage());
            return false;
        }
    }

    /**
     * Stops all nodes at the same time. Returns when they have stopped, or after a while without them. One that is
     * still starting is left to the end of the process: nobody waits for anything from it yet.
     */
    public void stop() {
        stopping = true;
        List<Thread> closers = new ArrayList<>();
        for (Running node = running.poll(); node != null; node = running.poll()) {
            closers.add(closer(node));
        }
        closers.forEach(Thread::start);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        for (Thread closer : closers) {
            try {
                // 0 would wait forever.
                closer.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (closer.isAlive()) {
                log.warn("{} did not end within {} s", closer.getName(), STOP_SECONDS);
            }
        }
    }

    /**
     * SQL at a node that runs in this process, for Java programs beside it: see {@link io.lightraft.sql.SqlSession}.
     *
     * @throws IllegalArgumentException when it does not run
     */
    public SqlEngine engine(int node) {
        return running.stream()
                .filter(one -> one.node().index() == node)
                .map(one -> one.context().getBean(SqlEngine.class))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("node " + node + " does not run in this process"));
    }

    private boolean start(NodeConfig node, ClusterConfig cluster, StartOptions options) {
        MDC.put("node", Integer.toString(node.index()));
        try {
            ConfigurableApplicationContext context = run(node, cluster, options.springArguments(), cause -> end(node));
            running.add(new Running(node, context));
            log.info(
                    "ready: nc {}, http {}, rpc {}, data {}",
                    node.client(),
                    node.http(),
                    node.rpc(),
                    cluster.driver().database(node.index()));
            return true;
        } catch (RuntimeException | Error e) {
            tell(e, node);
            return false;
        } finally {
            MDC.remove("node");
        }
    }

    /** The context of one node, started. */
    static ConfigurableApplicationContext run(
            NodeConfig node, ClusterConfig cluster, List<String> arguments, NodeFailureHandler onFailure) {
        return new SpringApplicationBuilder(NodeConfiguration.class)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                // Spring's own hook closes one context after another.
                .registerShutdownHook(false)
                .properties("lightraft.http.max-body-bytes=" + cluster.limits().requestBytes())
                .initializers(context -> describe(context, node, cluster, onFailure))
                .run(arguments.toArray(String[]::new));
    }

    private static void describe(
            ConfigurableApplicationContext context,
            NodeConfig node,
            ClusterConfig cluster,
            NodeFailureHandler onFailure) {
        GenericApplicationContext beans = (GenericApplicationContext) context;
        beans.registerBean(ClusterConfig.class, () -> cluster);
        beans.registerBean(NodeConfig.class, () -> node);
        beans.registerBean(NodeFailureHandler.class, () -> onFailure);
    }

    /** A node that can't go on is closed; with the last one the process ends, for its supervisor to see. */
    private void end(NodeConfig failed) {
        Thread ender = new Thread(
                () -> {
                    running.stream()
                            .filter(node -> node.node() == failed)
                            .forEach(node -> node.context().close());
                    running.removeIf(node -> node.node() == failed);
                    if (running.isEmpty()) {
                        System.exit(1);
                    }
                },
                "node-" + failed.index() + "-end");
        // With a daemon the process could end by itself, with code 0, when the context's last thread has ended.
        ender.setDaemon(false);
        ender.start();
    }

    private void tell(Throwable failure, NodeConfig node) {
        if (stopping) {
            // Whoever asks a process to stop that is still starting wants no explanation.
            return;
        }
        StartupFailure told = StartupFailure.of(failure, node);
        errors.println(told.line());
        if (told.unexpected()) {
            log.error("Starting failed unexpectedly", failure);
        }
    }

    private static Thread closer(Running node) {
        int index = node.node().index();
        Thread thread = new Thread(
                () -> {
                    MDC.put("node", Integer.toString(index));
                    log.info("stopping");
                    node.context().close();
                },
                "node-" + index + "-stop");
        thread.setDaemon(true);
        return thread;
    }
}
