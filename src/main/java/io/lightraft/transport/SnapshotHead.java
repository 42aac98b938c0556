package io.lightraft.transport;

import io.lightraft.raft.Message;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What each part of a snapshot says about itself, as HTTP headers.
 *
 * @param message what the receiver's core gets once the file is whole
 * @param fileBytes the length of the whole file
 * @param fileCrc its CRC32C
 * @param offset where in the file this part belongs; the file ends with the part that reaches {@code fileBytes}
 * @param partCrc the CRC32C of this part
 */
record SnapshotHead(
        String clusterName, Message.InstallSnapshot message, long fileBytes, int fileCrc, long offset, int partCrc) {

    static final String PATH = "/raft/snapshot";

    /** What the receiver has of the file, in its answer. */
    static final String HAVE = "Lightraft-Snapshot-Have";

    /** Raised with every change that an older node would misread. */
    static final int FORMAT_VERSION = 1;

    private static final String VERSION = "Lightraft-Snapshot-Format";
    private static final String CLUSTER = "Lightraft-Cluster";
    private static final String MESSAGE = "Lightraft-Snapshot-Message";
    private static final String FILE_BYTES = "Lightraft-Snapshot-Bytes";
    private static final String FILE_CRC = "Lightraft-Snapshot-Crc";
    private static final String OFFSET = "Lightraft-Snapshot-Offset";
    private static final String PART_CRC = "Lightraft-Snapshot-Part-Crc";

    Map<String, String> toHeaders(FrameCodec codec) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        codec.encode(new Frame.Raft(message), line);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(VERSION, Integer.toString(FORMAT_VERSION));
        headers.put(CLUSTER, URLEncoder.encode(clusterName, StandardCharsets.UTF_8));
        headers.put(MESSAGE, line.toString(StandardCharsets.US_ASCII).strip());
        headers.put(FILE_BYTES, Long.toString(fileBytes));
        headers.put(FILE_CRC, Integer.toHexString(fileCrc));
        headers.put(OFFSET, Long.toString(offset));
        headers.put(PART_CRC, Integer.toHexString(partCrc));
        return headers;
    }

    /** @throws RefusedException when something is missing, malformed or of another version */
    static SnapshotHead of(FrameCodec codec, Function<String, @Nullable String> header) throws RefusedException {
        String version = required(header, VERSION);
        if (!version.equals(Integer.toString(FORMAT_VERSION))) {
            throw new RefusedException(
                    400,
                    "this node knows version " + FORMAT_VERSION + " of snapshots, the sender's is "
                            + version.replaceAll("\\W", "?") + ": start the newer release here");
        }
        try {
            byte[] line = required(header, MESSAGE).getBytes(StandardCharsets.US_ASCII);
            if (!(codec.decode(line, 0, line.length) instanceof Frame.Raft frame)
                    || !(frame.message() instanceof Message.InstallSnapshot message)) {
                throw malformed(MESSAGE);
            }
            long fileBytes = Long.parseLong(required(header, FILE_BYTES));
            if (fileBytes <= 0) {
                throw malformed(FILE_BYTES);
            }
            return new SnapshotHead(
                    URLDecoder.decode(required(header, CLUSTER), StandardCharsets.UTF_8),
                    message,
                    fileBytes,
                    Integer.parseUnsignedInt(required(header, FILE_CRC), 16),
                    Long.parseLong(required(header, OFFSET)),
                    Integer.parseUnsignedInt(required(header, PART_CRC), 16));
        } catch (ProtocolException | IllegalArgumentException e) {
            throw malformed("a number, name or message");
        }
    }

    private static String required(Function<String, @Nullable String> header, String name) throws RefusedException {
        String value = header.apply(name);
        if (value == null) {
            throw malformed(name);
        }
        return value;
    }

    private static RefusedException malformed(String what) {
        return new RefusedException(400, "this is no part of a snapshot: bad header, " + what);
    }
}
