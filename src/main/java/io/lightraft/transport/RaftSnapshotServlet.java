package io.lightraft.transport;

import io.lightraft.raft.Message;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * {@code POST /raft/snapshot}: takes the parts of a snapshot, one request each, and answers how much of the file is
 * here. One snapshot at a time; a part of another one begins anew, but none of an older leader. A part that is damaged
 * changes nothing, a whole file that is damaged is thrown away.
 */
public final class RaftSnapshotServlet extends HttpServlet {

    public static final String PATH = SnapshotHead.PATH;

    private static final Logger log = LoggerFactory.getLogger(RaftSnapshotServlet.class);
    private static final int MAX_PART_BYTES = 8 << 20;
    private static final int READ_BYTES = 1 << 20;

    /** Left free for the log and the state, which matter more than a snapshot. */
    private static final long SPARE_BYTES = 4 << 20;

    private final transient HttpTransport transport;
    private final transient Supplier<SnapshotReceiver> receiver;
    private final transient Object lock = new Object();

    /** Of the snapshot that is being received; parts of it follow one another. */
    private String current = "";

    private long have;

    /** The newest of any sender. */
    private long term;

    /** The sender tries again and again; the same reason is told once. */
    private volatile String lastRefusal = "";

    public RaftSnapshotServlet(HttpTransport transport, Supplier<SnapshotReceiver> receiver) {
        this.transport = transport;
        this.receiver = receiver;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        MDC.put("node", Long.toString(transport.config().selfIndex()));
        try {
            SnapshotHead head = SnapshotHead.of(transport.codec(), request::getHeader);
            transport.check(
                    head.clusterName(),
                    head.message().from(),
                    head.message().to(),
                    Lineage.of(request.getHeader(Lineage.HEADER)));
            byte[] part = read(request, head);
            synchronized (lock) {
                response.setHeader(SnapshotHead.HAVE, Long.toString(take(head, part)));
            }
            lastRefusal = "";
        } catch (RefusedException e) {
            if (!e.reason().equals(lastRefusal)) {
                log.warn("Refusing a snapshot from {}: {}", request.getRemoteAddr(), e.reason());
            }
            lastRefusal = e.reason();
            response.setStatus(e.status());
            response.setContentType("text/plain;charset=UTF-8");
            response.getOutputStream().write(e.reason().getBytes(StandardCharsets.UTF_8));
        } finally {
            MDC.remove("node");
        }
    }

    private static byte[] read(HttpServletRequest request, SnapshotHead head) throws IOException, RefusedException {
        if (request.getContentLengthLong() > MAX_PART_BYTES) {
            throw new RefusedException(413, "a part of a snapshot may have " + MAX_PART_BYTES + " bytes at most");
        }
        try (InputStream body = request.getInputStream()) {
            byte[] part = body.readNBytes(MAX_PART_BYTES);
            CRC32C partCrc = new CRC32C();
            partCrc.update(part);
            if (part.length > 0 && (int) partCrc.getValue() != head.partCrc()) {
                throw new RefusedException(400, "a part of the snapshot was damaged on its way");
            }
            return part;
        }
    }

    private long take(SnapshotHead head, byte[] part) throws IOException, RefusedException {
        Message.InstallSnapshot message = head.message();
        if (message.term() < term) {
            throw new RefusedException(409, "a leader of a newer term (" + term + ") has sent a snapshot");
        }
        term = message.term();
        Path staged = receiver.get().staging(message);
        // Not by its leader or term: another leader's copy of the same index is another file, by its checksum.
        String name = message.snapshot().metadata().index() + "/" + head.fileBytes() + "/" + head.fileCrc();
        if (!name.equals(current) || !Files.exists(staged) || Files.size(staged) != have) {
            Files.deleteIfExists(staged);
            current = "";
            have = 0;
            checkRoom(staged, head.fileBytes());
            current = name;
        }
        // A part that is here already, or whose predecessor is not, only gets the answer how far the file is.
        if (part.length > 0 && head.offset() == have && have + part.length <= head.fileBytes()) {
            try {
                append(staged, part);
            } catch (IOException e) {
                // What is there fills the disk perhaps, and the log and the state need the room.
                Files.deleteIfExists(staged);
                current = "";
                throw new RefusedException(507, "can't write to " + staged + ": " + e.getMessage());
            }
        }
        if (have == head.fileBytes()) {
            current = "";
            if (crcOf(staged) != head.fileCrc()) {
                Files.deleteIfExists(staged);
                throw new RefusedException(
                        RefusedException.UNUSABLE, "the snapshot is damaged: its checksum is wrong. Begin anew");
            }
            verified(message, staged);
        }
        return have;
    }

    private void append(Path staged, byte[] part) throws IOException {
        try (FileChannel file = FileChannel.open(staged, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(part);
            while (buffer.hasRemaining()) {
                file.write(buffer, have + buffer.position());
            }
        }
        have += part.length;
    }

    private static void checkRoom(Path staged, long bytes) throws IOException, RefusedException {
        Path directory = staged.toAbsolutePath().getParent();
        long room = Files.getFileStore(directory).getUsableSpace() - SPARE_BYTES;
        if (bytes > room) {
            throw new RefusedException(
                    507, "a snapshot of " + (bytes >> 20) + " MiB has no room in " + directory + ": make room there");
        }
    }

    /** Of what the disk holds, not of what was written. */
    private static int crcOf(Path staged) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] buffer = new byte[READ_BYTES];
        try (InputStream file = Files.newInputStream(staged)) {
            for (int read = file.read(buffer); read >= 0; read = file.read(buffer)) {
                crc.update(buffer, 0, read);
            }
        }
        return (int) crc.getValue();
    }

    private void verified(Message.InstallSnapshot message, Path staged) throws RefusedException {
        try {
            receiver.get().received(message, staged);
        } catch (IOException e) {
            throw new RefusedException(RefusedException.UNUSABLE, "the snapshot can't be used: " + e.getMessage());
        }
    }
}
