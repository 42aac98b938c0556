package io.lightraft.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/**
 * The thread that keeps one stream to one peer: connects, writes what is queued, and when the stream breaks drops what
 * is queued and connects again. OkHttp runs on this thread, so a blocked peer blocks nobody else.
 */
final class StreamSender {

    private static final Logger log = LoggerFactory.getLogger(StreamSender.class);
    private static final MediaType NDJSON = MediaType.get(StreamHead.CONTENT_TYPE);
    /** Lines are gathered up to this size before they go to the socket, even if more are waiting. */
    private static final int BATCH_BYTES = 64 << 10;

    private static final int MIN_BACKOFF_MILLIS = 20;
    private static final int MAX_BACKOFF_MILLIS = 100;
    private static final int REFUSED_BACKOFF_MILLIS = 1000;
    private static final int MAX_SILENCE_MILLIS = 60_000;

    private final TransportConfig config;
    private final PeerLink link;
    private final Lane lane;
    private final OkHttpClient client;
    private final FrameCodec codec;
    private final FrameHandler handler;
    private final LongSupplier epochs;
    private final FrameQueue queue;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Call call;
    /** Whether a stream stands. Written by the sender's thread only. */
    private volatile boolean up;

    // The rest belongs to the sender's thread.
    private int failures;
    private String reported = "";
    private long silenceMillis;

    StreamSender(
            TransportConfig config,
            PeerLink link,
            Lane lane,
            OkHttpClient client,
            FrameCodec codec,
            FrameHandler handler,
            LongSupplier epochs) {
        this.config = config;
        this.link = link;
        this.lane = lane;
        this.client = client;
        this.codec = codec;
        this.handler = handler;
        this.epochs = epochs;
        this.queue = new FrameQueue(config.maxQueuedFrames(), config.maxQueuedBytes());
        this.silenceMillis = config.electionTimeoutMillis();
        this.thread = new Thread(
                this::run, "n" + config.selfIndex() + "-send-" + link.peer().index() + "-" + lane.label());
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void send(Frame frame) {
        // Before a stream stands nothing is told here: it is told before that stream's first line.
        if (queue.offer(frame) == FrameQueue.Offer.FIRST_DROPPED && up) {
            log.warn("The queue to node {} ({}) is full; dropping", link.peer().index(), lane.label());
            handler.unreachable(link.peer().id());
        }
    }

    /** Ends a pause between two attempts, or sends a keep-alive. */
    void wake() {
        queue.wake();
    }

    /** Breaks the stream that stands; the sender then connects again. */
    void cancelStream() {
        Call current = call;
        if (current != null) {
            current.cancel();
        }
        queue.wake();
    }

    void close() {
        closed = true;
        cancelStream();
    }

    void join(long millis) throws InterruptedException {
        if (thread != Thread.currentThread()) {
            thread.join(Math.max(1, millis));
        }
    }

    private void run() {
        MDC.put("node", Long.toString(config.selfIndex()));
        try {
            while (!closed) {
                Failure failure = stream();
                if (!closed) {
                    try {
                        failed(failure);
                    } catch (RuntimeException e) {
                        log.error("The handler failed; trying on", e);
                    }
                    queue.pause(backoffMillis(failure));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            MDC.remove("node");
        }
    }

    /** Runs one stream from connecting to its end. */
    private Failure stream() {
        Peer peer = link.peer();
        StreamHead head = new StreamHead(
                config.clusterName(),
                config.selfId(),
                peer.id(),
                lane,
                epochs.getAsLong(),
                config.incarnation(),
                config.softwareVersion());
        try {
            Request.Builder request = new Request.Builder()
                    .url(new HttpUrl.Builder()
                            .scheme("http")
                            .host(peer.host())
                            .port(peer.port())
                            .encodedPath(StreamHead.PATH)
                            .build())
                    // Without it a refusal would be seen only after megabytes had been written.
                    .header("Expect", "100-continue")
                    .header("Accept-Encoding", "identity")
                    .post(new Body());
            head.toHeaders().forEach(request::header);
            request.header(Lineage.HEADER, config.lineage().own());
            Call current = client.newCall(request.build());
            call = current;
            if (closed) {
                return Failure.of("closed");
            }
            try (Response response = current.execute()) {
                if (response.code() == RefusedException.NOT_A_MEMBER) {
                    tellNoMember(response.header(StreamHead.APPLIED));
                }
                return Failure.answered(response.code(), response.peekBody(500).string());
            }
        } catch (IOException e) {
            return Failure.of(e);
        } catch (RuntimeException e) {
            if (!e.toString().equals(reported)) {
                reported = e.toString();
                log.error("Sending to node {} ({}) failed", peer.index(), lane.label(), e);
            }
            return Failure.of(e.toString());
        }
    }

    private void tellNoMember(@Nullable String appliedIndex) {
        if (appliedIndex != null && appliedIndex.matches("[0-9]{1,18}")) {
            handler.notAMember(Long.parseLong(appliedIndex));
        }
    }

    private void accepted() {
        long id = link.peer().id();
        link.accepted();
        if (failures > 0) {
            handler.unreachable(id);
        }
        failures = 0;
        reported = "";
        up = true;
        note("is up");
        handler.connected(id);
    }

    /** Lanes come and go together, so one of them is enough to read about. */
    private void note(String event) {
        log.atLevel(lane == Lane.CONTROL ? Level.INFO : Level.DEBUG)
                .log("stream to node {} ({}) {}", link.peer().index(), lane.label(), event);
    }

    private void failed(Failure failure) {
        boolean wasUp = up;
        up = false;
        queue.clear();
        failures++;
        boolean once = lane == Lane.CONTROL || failure.status() != RefusedException.NOT_A_MEMBER;
        if (failure.refused() && once && !failure.reason().equals(reported)) {
            reported = failure.reason();
            log.warn("Node {} refuses our stream ({}): {}", link.peer().index(), lane.label(), failure.reason());
        } else if (wasUp || failures == 1) {
            note((wasUp ? "is lost: " : "can't be opened yet: ") + failure.reason());
        }
        if (wasUp || failures == 1) {
            handler.unreachable(link.peer().id());
        }
        if (failure.nobodyListens()) {
            link.nobodyListens();
        }
    }

    private long backoffMillis(Failure failure) {
        long longest = failure.refused()
                ? REFUSED_BACKOFF_MILLIS
                : Math.min(MAX_BACKOFF_MILLIS, MIN_BACKOFF_MILLIS * (1L << Math.min(failures, 5)));
        return ThreadLocalRandom.current().nextLong(Math.max(MIN_BACKOFF_MILLIS, longest / 2), longest + 1);
    }

    /** OkHttp writes the endless body through this, on the sender's thread, once the peer has said "go on". */
    private final class Body extends RequestBody {

        @Override
        public MediaType contentType() {
            return NDJSON;
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            accepted();
            long acceptedAt = System.nanoTime();
            Buffer line = new Buffer();
            Buffer lines = new Buffer();
            try {
                while (!closed) {
                    Frame frame = queue.poll();
                    if (frame == null) {
                        sink.write(lines, lines.size());
                        sink.flush();
                        checkHeard(acceptedAt);
                        frame = queue.poll(config.keepAliveMillis());
                    }
                    if (frame == null) {
                        lines.writeByte('\n');
                    } else {
                        append(frame, line, lines);
                    }
                    if (lines.size() >= BATCH_BYTES) {
                        sink.write(lines, lines.size());
                        checkHeard(acceptedAt);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    private void append(Frame frame, Buffer line, Buffer lines) {
        try {
            codec.encode(frame, line.outputStream());
        } catch (RuntimeException e) {
            line.clear();
            log.error(
                    "Dropping a frame to node {} that can't be encoded",
                    link.peer().index(),
                    e);
            return;
        }
        if (line.size() > config.maxLineBytes()) {
            log.error(
                    "Dropping a frame of {} bytes to node {}: a line may have {}",
                    line.size(),
                    link.peer().index(),
                    config.maxLineBytes());
            line.clear();
            handler.unreachable(link.peer().id());
            return;
        }
        lines.write(line, line.size());
    }

    /**
     * A connection whose other end has vanished takes writes for minutes; that the peer's own stream is silent tells
     * earlier. The time allowed doubles while nothing is heard at all, as a peer that can't reach us is not helped by
     * new streams.
     */
    private void checkHeard(long acceptedAt) throws IOException {
        long heardAt = link.heardAt(lane);
        long now = System.nanoTime();
        boolean heard = heardAt - acceptedAt > 0;
        if (heard) {
            silenceMillis = config.electionTimeoutMillis();
        }
        long silentMillis = (now - (heard ? heardAt : acceptedAt)) / 1_000_000;
        if (silentMillis > silenceMillis) {
            silenceMillis = Math.min(MAX_SILENCE_MILLIS, silenceMillis * 2);
            throw new IOException("nothing heard from it for " + silentMillis + " ms");
        }
    }

    /**
     * Why a stream ended or did not begin.
     *
     * @param status of the peer's answer; 0 without one
     * @param refused whether the peer said no, and will say so again until somebody changes something
     * @param nobodyListens whether the peer's port is closed
     */
    private record Failure(String reason, int status, boolean refused, boolean nobodyListens) {

        static Failure of(String reason) {
            return new Failure(reason, 0, false, false);
        }

        static Failure of(IOException e) {
            if (isConnectionRefused(e)) {
                return new Failure("connection refused", 0, false, true);
            }
            // OkHttp's message for every timeout is "timeout".
            String reason =
                    e instanceof SocketTimeoutException ? "no progress within the time allowed" : e.getMessage();
            return of(String.valueOf(reason));
        }

        static Failure answered(int status, String text) {
            // Whoever listens there may have written it.
            String oneLine = text.strip().replaceAll("\\p{Cntrl}", " ");
            // A peer that was frozen missed our keep-alives, and says so with 408.
            boolean refused = status >= 400 && status < 500 && status != 408;
            return new Failure(status + " " + oneLine, status, refused, false);
        }
    }

    /**
     * By the exception's class: its words are in the language of the machine. The system's own timeout has the same
     * class, but the one of the client, which is far shorter, comes first.
     */
    static boolean isConnectionRefused(Throwable e) {
        return e instanceof ConnectException || (e.getCause() != null && isConnectionRefused(e.getCause()));
    }
}
