package io.lightraft.transport;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Asks single questions of peers, each a {@code POST} of its own beside the streams. Thread-safe. */
final class PeerCallClient {

    static final String PATH = "/raft/transaction";
    static final String CLUSTER = "Lightraft-Cluster";
    static final String FROM = "Lightraft-From";
    static final String TO = "Lightraft-To";

    private static final MediaType JSON = MediaType.get("application/json");
    private static final int MAX_REASON_BYTES = 500;
    private static final int KEPT_CONNECTIONS = 32;

    private final TransportConfig config;
    private final OkHttpClient client;

    /** @param streams the client of the streams, whose sockets and threads are set up as here */
    PeerCallClient(TransportConfig config, OkHttpClient streams) {
        this.config = config;
        this.client = streams.newBuilder()
                .connectionPool(new ConnectionPool(KEPT_CONNECTIONS, 30, TimeUnit.SECONDS))
                .build();
    }

    byte[] call(Peer peer, byte[] json, Duration timeout) throws IOException {
        OkHttpClient patient =
                client.newBuilder().readTimeout(timeout).callTimeout(timeout).build();
        Request request = new Request.Builder()
                .url("http://" + (peer.host().contains(":") ? "[" + peer.host() + "]" : peer.host()) + ":" + peer.port()
                        + PATH)
                .header(StreamHead.VERSION, Integer.toString(StreamHead.PROTOCOL_VERSION))
                .header(CLUSTER, URLEncoder.encode(config.clusterName(), StandardCharsets.UTF_8))
                .header(Lineage.HEADER, config.lineage().own())
                .header(FROM, Long.toString(config.selfId()))
                .header(TO, Long.toString(peer.id()))
                .post(RequestBody.create(json, JSON))
                .build();
        try (Response response = patient.newCall(request).execute()) {
            if (response.code() != 200) {
                throw new IOException("node " + peer.index() + " answered " + response.code() + ": "
                        + response.peekBody(MAX_REASON_BYTES).string().replaceAll("\\p{Cntrl}", " "));
            }
            return response.body().bytes();
        }
    }

    void close() {
        client.connectionPool().evictAll();
    }
}
