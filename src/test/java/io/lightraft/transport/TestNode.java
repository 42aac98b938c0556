package io.lightraft.transport;

import io.lightraft.raft.Entry;
import io.lightraft.raft.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** A real transport behind a real Tomcat on 127.0.0.1, and what it told. */
final class TestNode implements AutoCloseable, FrameHandler, SnapshotReceiver {

    static final String CLUSTER = "test";
    static final int ELECTION_TIMEOUT_MILLIS = 1000;

    final HttpTransport transport;
    final List<Frame> received = new CopyOnWriteArrayList<>();
    /** "unreachable 2", "connected 2", "dead 2", in the order told. */
    final List<String> events = new CopyOnWriteArrayList<>();

    volatile long appliedIndex;

    /** Snapshots that arrived whole, with what their files held. */
    final List<Message.InstallSnapshot> snapshots = new CopyOnWriteArrayList<>();

    final List<byte[]> snapshotFiles = new CopyOnWriteArrayList<>();

    private final Path directory;
    private final Tomcat tomcat = new Tomcat();
    private final Connector connector;
    volatile String lineage = Lineage.ORIGINAL;
    private volatile Consumer<Frame> onFrame = frame -> {};

    private TestNode(TransportConfig config, int port, Path directory) throws IOException, LifecycleException {
        this.directory = directory;
        transport = new HttpTransport(config.withLineage(new Lineage(() -> lineage)));
        connector = RpcConnector.create(InetAddress.getLoopbackAddress(), port, config.electionTimeoutMillis());
        tomcat.setBaseDir(Files.createTempDirectory(directory, "tomcat").toString());
        tomcat.setConnector(connector);
        StandardContext context = (StandardContext) tomcat.addContext("", null);
        // Its search for leaks when it stops needs more of the JVM opened, and says so at length.
        context.setClearReferencesThreadLocals(false);
        context.setClearReferencesRmiTargets(false);
        Tomcat.addServlet(context, "raft", new RaftStreamServlet(transport)).addMapping(RaftStreamServlet.PATH);
        Tomcat.addServlet(context, "snapshot", new RaftSnapshotServlet(transport, () -> this))
                .addMapping(RaftSnapshotServlet.PATH);
        FilterDef filter = new FilterDef();
        filter.setFilterName("ports");
        filter.setFilter(new RpcPortFilter(this::port));
        FilterMap mapping = new FilterMap();
        mapping.setFilterName("ports");
        mapping.addURLPattern("/*");
        context.addFilterDef(filter);
        context.addFilterMap(mapping);
        tomcat.start();
    }

    /** Listens, but neither connects nor takes streams yet. */
    static TestNode create(TransportConfig config, int port, Path directory) throws Exception {
        return new TestNode(config, port, directory);
    }

    static TestNode create(long id, Path directory) throws Exception {
        return new TestNode(config(id), 0, directory);
    }

    static TransportConfig config(long id) {
        return TransportConfig.of(CLUSTER, id, List.of(), "1.0", UUID.randomUUID(), ELECTION_TIMEOUT_MILLIS);
    }

    static TransportConfig withLimits(TransportConfig config, int maxQueuedFrames, long maxQueuedBytes, int maxLine) {
        return new TransportConfig(
                config.clusterName(),
                config.selfId(),
                config.peers(),
                config.softwareVersion(),
                config.incarnation(),
                config.electionTimeoutMillis(),
                config.keepAliveMillis(),
                maxQueuedFrames,
                maxQueuedBytes,
                maxLine,
                config.lineage());
    }

    /** Makes them know each other, and starts them. */
    static void connect(TestNode... nodes) {
        List<Peer> peers = List.of(nodes).stream().map(TestNode::peer).toList();
        for (TestNode node : nodes) {
            node.start(peers);
        }
    }

    void start(List<Peer> peers) {
        transport.setPeers(peers);
        transport.start(this);
    }

    Peer peer() {
        return new Peer(transport.config().selfId(), "127.0.0.1", port());
    }

    int port() {
        return connector.getLocalPort();
    }

    /** Runs on the thread that received the frame, before it is recorded. */
    void onFrame(Consumer<Frame> action) {
        onFrame = action;
    }

    long count(String event) {
        return events.stream().filter(event::equals).count();
    }

    /** As a killed process: sockets go, without a word. */
    void die() throws LifecycleException {
        transport.close();
        tomcat.stop();
        tomcat.destroy();
    }

    @Override
    public void close() throws LifecycleException {
        if (tomcat.getServer().getState().isAvailable()) {
            die();
        }
    }

    @Override
    public void received(long from, Frame frame) {
        onFrame.accept(frame);
        received.add(frame);
    }

    @Override
    public void unreachable(long peer) {
        events.add("unreachable " + peer);
    }

    @Override
    public void connected(long peer) {
        events.add("connected " + peer);
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public void notAMember(long index) {
        events.add("not a member as of " + index);
    }

    @Override
    public void presumedDead(long peer) {
        events.add("dead " + peer);
    }

    @Override
    public Path staging(Message.InstallSnapshot message) {
        return directory.resolve("staged-" + transport.config().selfId());
    }

    @Override
    public void received(Message.InstallSnapshot message, Path staged) throws IOException {
        snapshotFiles.add(Files.readAllBytes(staged));
        snapshots.add(message);
        Files.delete(staged);
    }

    static Frame heartbeat(long from, long to, long number) {
        return new Frame.Raft(new Message.Heartbeat(from, to, 1, number, ""));
    }

    static Frame append(long from, long to, long number, int bytes) {
        Entry entry = Entry.normal(1, number, new byte[bytes]);
        return new Frame.Raft(new Message.AppendEntries(from, to, 1, 1, number - 1, List.of(entry), 0));
    }

    static long numberOf(Frame frame) {
        Message message = ((Frame.Raft) frame).message();
        return message instanceof Message.AppendEntries append
                ? append.prevLogIndex() + 1
                : ((Message.Heartbeat) message).commit();
    }
}
