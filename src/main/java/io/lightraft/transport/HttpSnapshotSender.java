package io.lightraft.transport;

import io.lightraft.raft.Message;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.zip.CRC32C;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot as a row of {@code POST /raft/snapshot}, each with one part of the file. The first carries nothing and is
 * answered with how much the receiver has. The pace is limited, so that the node has disk and network left for others.
 */
final class HttpSnapshotSender implements SnapshotSender {

    private static final int KEPT_CONNECTIONS = 4;
    private static final int MAX_REASON_BYTES = 500;
    private static final int PART_BYTES = 1 << 20;
    private static final long BYTES_PER_SECOND = 128L << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A receiver that restarts has lost what it had; one that another leader sends to loses it again and again. */
    private static final int MAX_SETBACKS = 3;

    /** The receiver reads the whole file once more before its last answer. */
    private static final Duration LAST_PATIENCE = Duration.ofMinutes(5);

    private static final MediaType BINARY = MediaType.get("application/octet-stream");

    private final TransportConfig config;
    private final FrameCodec codec;
    private final OkHttpClient client;
    private final OkHttpClient patientClient;
    private final LongFunction<@Nullable Peer> peers;

    /** @param peers where a node is, null when it is unknown */
    HttpSnapshotSender(
            TransportConfig config, FrameCodec codec, OkHttpClient client, LongFunction<@Nullable Peer> peers) {
        this.config = config;
        this.codec = codec;
        this.client = client.newBuilder()
                .connectionPool(new ConnectionPool(KEPT_CONNECTIONS, 10, TimeUnit.SECONDS))
                .readTimeout(PATIENCE)
                .writeTimeout(PATIENCE)
                .connectTimeout(PATIENCE)
                .build();
        this.patientClient = this.client.newBuilder().readTimeout(LAST_PATIENCE).build();
        this.peers = peers;
    }

    @Override
    public void send(long to, Message.InstallSnapshot message, Path file) throws IOException {
        Peer peer = peers.apply(to);
        if (peer == null) {
            throw new IOException("node " + (to - 1) + " is not known");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long bytes = channel.size();
            SnapshotHead whole = new SnapshotHead(config.clusterName(), message, bytes, crc(channel, bytes), 0, 0);
            long have = post(peer, whole, new byte[0]);
            long start = System.nanoTime();
            long sent = 0;
            int setbacks = 0;
            while (have < bytes) {
                byte[] part = read(channel, have, (int) Math.min(PART_BYTES, bytes - have));
                long before = have;
                have = post(peer, part(whole, have, part), part);
                sent += part.length;
                if (have <= before && ++setbacks > MAX_SETBACKS) {
                    throw new IOException("the receiver has " + have + " of " + bytes + " bytes, after it had " + before
                            + ": it loses what it gets");
                }
                keepPace(start, sent);
            }
        }
    }

    private static SnapshotHead part(SnapshotHead whole, long offset, byte[] part) {
        CRC32C crc = new CRC32C();
        crc.update(part);
        return new SnapshotHead(
                whole.clusterName(), whole.message(), whole.fileBytes(), whole.fileCrc(), offset, (int) crc.getValue());
    }

    private long post(Peer peer, SnapshotHead head, byte[] part) throws IOException {
        HttpUrl url = new HttpUrl.Builder()
                .scheme("http")
                .host(peer.host())
                .port(peer.port())
                .encodedPath(SnapshotHead.PATH)
                .build();
        Request.Builder request = new Request.Builder().url(url).post(RequestBody.create(part, BINARY));
        head.toHeaders(codec).forEach(request::header);
        request.header(Lineage.HEADER, config.lineage().own());
        boolean last = head.offset() + part.length == head.fileBytes();
        OkHttpClient suited = last ? patientClient : client;
        try (Response response = suited.newCall(request.build()).execute()) {
            String answer = response.header(SnapshotHead.HAVE);
            if (!response.isSuccessful() || answer == null) {
                String reason = "refused (" + response.code() + "): "
                        + response.peekBody(MAX_REASON_BYTES).string();
                throw response.code() == RefusedException.UNUSABLE
                        ? new UnusableException(reason)
                        : new IOException(reason);
            }
            long have = Long.parseLong(answer);
            if (have < 0 || have > head.fileBytes()) {
                throw new IOException("the receiver claims " + have + " of " + head.fileBytes() + " bytes");
            }
            return have;
        } catch (NumberFormatException e) {
            throw new IOException("the answer makes no sense", e);
        }
    }

    private static int crc(FileChannel channel, long bytes) throws IOException {
        CRC32C crc = new CRC32C();
        for (long at = 0; at < bytes; at += PART_BYTES) {
            crc.update(read(channel, at, (int) Math.min(PART_BYTES, bytes - at)));
        }
        return (int) crc.getValue();
    }

    private static byte[] read(FileChannel channel, long offset, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("the snapshot's file ends too early");
            }
        }
        return buffer.array();
    }

    private static void keepPace(long startNanos, long sentBytes) throws InterruptedIOException {
        long dueNanos = startNanos + TimeUnit.SECONDS.toNanos(1) * sentBytes / BYTES_PER_SECOND;
        try {
            TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the node stops");
        }
    }
}
