package io.lightraft.config;

import io.lightraft.node.DiskSpaceWatch;
import io.lightraft.node.LogRelay;
import io.lightraft.node.PeerCalls;
import io.lightraft.node.Quarantine;
import io.lightraft.node.Replica;
import io.lightraft.node.ReplicaConfig;
import io.lightraft.node.ReplicaStatus;
import io.lightraft.node.SnapshotFiles;
import io.lightraft.node.SnapshotIntake;
import io.lightraft.node.Snapshots;
import io.lightraft.server.admin.AdminConfiguration;
import io.lightraft.server.tcp.QueryListener;
import io.lightraft.server.tcp.QueryListenerOptions;
import io.lightraft.sql.Database;
import io.lightraft.sql.ReadLevel;
import io.lightraft.sql.ReaderPool;
import io.lightraft.sql.SqliteStateMachine;
import io.lightraft.sql.StatementResult;
import io.lightraft.sql.TransactionHost;
import io.lightraft.sql.Transactions;
import io.lightraft.storage.DurableLog;
import io.lightraft.storage.DurableLogOptions;
import io.lightraft.storage.LogIdentity;
import io.lightraft.transport.HttpTransport;
import io.lightraft.transport.Lineage;
import io.lightraft.transport.PeerCallServlet;
import io.lightraft.transport.RaftSnapshotServlet;
import io.lightraft.transport.RaftStreamServlet;
import io.lightraft.transport.TransportConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The parts of a node, from the disk up to the port that people reach with nc. */
@Configuration(proxyBeanMethods = false)
@Import(AdminConfiguration.class)
class ReplicaConfiguration {

    private static final int READERS = 32;
    private static final long CLIENT_WRITE_TIMEOUT_MILLIS = 10_000;
    private static final long SHUTDOWN_GRACE_MILLIS = 3_000;

    @Bean
    UUID incarnation() {
        return UUID.randomUUID();
    }

    @Bean
    LogRelay logRelay() {
        return new LogRelay();
    }

    @Bean
    DurableLog durableLog(ClusterConfig cluster, NodeConfig node, LogRelay relay) {
        LogIdentity identity = new LogIdentity(cluster.name(), Integer.toString(node.index()));
        return DurableLog.open(cluster.driver().log(node.index()), identity, DurableLogOptions.DEFAULTS, relay);
    }

    /** @param lockHolder comes first, so that no second process ever opens the database */
    @Bean
    SqliteStateMachine stateMachine(ClusterConfig cluster, NodeConfig node, DurableLog lockHolder) {
        return SqliteStateMachine.open(cluster.driver().database(node.index()), cluster.seed());
    }

    /** @param stateMachine later, as for {@link #raftSnapshots}; and so the log */
    @Bean
    HttpTransport transport(
            ClusterConfig cluster,
            NodeConfig node,
            UUID incarnation,
            ObjectProvider<SqliteStateMachine> stateMachine,
            ObjectProvider<DurableLog> log) {
        String version = String.valueOf(Replica.class.getPackage().getImplementationVersion());
        TransportConfig config = TransportConfig.of(
                cluster.name(),
                node.peer().id(),
                cluster.peers(),
                version,
                incarnation,
                cluster.raft().electionTimeoutMillis());
        return new HttpTransport(
                config.withLineage(new Lineage(() -> lineage(stateMachine.getObject(), log.getObject()))));
    }

    private static String lineage(SqliteStateMachine stateMachine, DurableLog log) {
        return log.lastIndex() == 0 ? Lineage.NONE : stateMachine.lineage();
    }

    @Bean
    ServletRegistrationBean<RaftStreamServlet> raftStreams(HttpTransport transport) {
        return new ServletRegistrationBean<>(new RaftStreamServlet(transport), RaftStreamServlet.PATH);
    }

    @Bean
    Replica<List<StatementResult>> replica(
            ClusterConfig cluster,
            NodeConfig node,
            UUID incarnation,
            SqliteStateMachine stateMachine,
            DurableLog log,
            LogRelay relay,
            HttpTransport transport,
            Quarantine quarantine,
            Snapshots snapshots,
            NodeFailureHandler onFailure) {
        RaftTimings timings = cluster.raft();
        ReplicaConfig config = ReplicaConfig.of(
                        node.index(),
                        cluster.members(),
                        timings.heartbeatIntervalMillis(),
                        timings.electionTimeoutMillis())
                .withLogEntries(timings.logEntries())
                .withCommandFormat(SqliteStateMachine.COMMAND_FORMAT);
        Replica<List<StatementResult>> replica =
                new Replica<>(config, incarnation, stateMachine, log, relay, transport, snapshots, onFailure::failed);
        replica.compare(stateMachine.hashes(), quarantine);
        return replica;
    }

    /** @param lockHolder comes first, as for all that is in the data directory */
    @Bean
    Quarantine quarantine(ClusterConfig cluster, NodeConfig node, DurableLog lockHolder) {
        return QuarantineFile.open(cluster.driver().quarantine(node.index()));
    }

    /** {@code divergence} in /actuator/health: down in quarantine; an alarm alone is a detail. */
    @Bean
    HealthIndicator divergenceHealthIndicator(Quarantine quarantine) {
        return () -> {
            String reason = quarantine.reason();
            String alarm = quarantine.alarm();
            Health.Builder health = reason == null ? Health.up() : Health.down().withDetail("reason", reason);
            return alarm == null
                    ? health.build()
                    : health.withDetail("alarm", alarm).build();
        };
    }

    /** @param lockHolder comes first, so that no second process clears the directory */
    @Bean
    SnapshotFiles snapshotFiles(ClusterConfig cluster, NodeConfig node, DurableLog lockHolder) throws IOException {
        return SnapshotFiles.open(cluster.driver().snapshots(node.index()));
    }

    @Bean
    Snapshots snapshots(
            NodeConfig node,
            SnapshotFiles files,
            SqliteStateMachine stateMachine,
            DurableLog log,
            HttpTransport transport) {
        return new Snapshots(files, stateMachine, log, transport.snapshotSender(), node.index());
    }

    @Bean
    SnapshotIntake snapshotIntake(
            SnapshotFiles files, SqliteStateMachine stateMachine, Replica<List<StatementResult>> replica) {
        return new SnapshotIntake(files, stateMachine, replica);
    }

    /** @param intake later, as servlets are made while Tomcat starts: it would report what fails behind them as its own */
    @Bean
    ServletRegistrationBean<RaftSnapshotServlet> raftSnapshots(
            HttpTransport transport, ObjectProvider<SnapshotIntake> intake) {
        return new ServletRegistrationBean<>(
                new RaftSnapshotServlet(transport, intake::getObject), RaftSnapshotServlet.PATH);
    }

    @Bean(initMethod = "start")
    DiskSpaceWatch diskSpaceWatch(ClusterConfig cluster, NodeConfig node, Replica<List<StatementResult>> replica) {
        DriverConfig driver = cluster.driver();
        List<Path> disks = List.of(driver.log(node.index()), driver.directory());
        return new DiskSpaceWatch(node.index(), disks, driver.minFreeBytes(), replica::lowOnDisk);
    }

    @Bean
    ReaderPool readers(SqliteStateMachine stateMachine) {
        return ReaderPool.of(stateMachine, READERS);
    }

    @Bean
    TransactionHost transactionHost(
            ClusterConfig cluster, Replica<List<StatementResult>> replica, SqliteStateMachine stateMachine) {
        return new TransactionHost(replica, stateMachine, cluster.limits().transactions());
    }

    /** Statements of transactions wait for others, so they get threads of their own. */
    @Bean(destroyMethod = "shutdownNow")
    ExecutorService transactionThreads(NodeConfig node) {
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "n" + node.index() + "-transaction");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Bean
    ServletRegistrationBean<PeerCallServlet> transactionCalls(
            HttpTransport transport, ObjectProvider<TransactionHost> host, ExecutorService transactionThreads) {
        ServletRegistrationBean<PeerCallServlet> registration = new ServletRegistrationBean<>(
                new PeerCallServlet(transport, request -> host.getObject().handle(request), transactionThreads),
                PeerCallServlet.PATH);
        registration.setAsyncSupported(true);
        return registration;
    }

    @Bean
    Database database(
            NodeConfig node,
            Replica<List<StatementResult>> replica,
            ReaderPool readers,
            TransactionHost host,
            HttpTransport transport,
            ExecutorService transactionThreads) {
        PeerCalls peers = (peer, json, timeout) -> transport.call(peer + 1L, json, timeout);
        return new Database(replica, readers, new Transactions(node.index(), replica, host, peers, transactionThreads));
    }

    /** What the HTTP interface and the actuator show of this node. */
    @Bean
    Supplier<ReplicaStatus> status(Replica<List<StatementResult>> replica) {
        return replica::status;
    }

    @Bean(destroyMethod = "stop")
    QueryListener queryListener(
            ClusterConfig cluster, NodeConfig node, Database database, Replica<List<StatementResult>> replica)
            throws IOException {
        Limits limits = cluster.limits();
        return new QueryListener(
                node.client().host(),
                node.client().port(),
                database,
                replica::status,
                new QueryListenerOptions(
                        limits.lineBytes(),
                        limits.sessions(),
                        CLIENT_WRITE_TIMEOUT_MILLIS,
                        ReadLevel.LINEARIZABLE,
                        limits.timeoutMillis(),
                        SHUTDOWN_GRACE_MILLIS));
    }

    @Bean
    NodeLifecycle nodeLifecycle(
            HttpTransport transport,
            Replica<List<StatementResult>> replica,
            QueryListener queryListener,
            TransactionHost transactions) {
        return new NodeLifecycle(transport, replica, queryListener, transactions);
    }
}
